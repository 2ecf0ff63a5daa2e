import { setTimeout as sleep } from "node:timers/promises";
import { dumpPrefix, RESTORE_SCRIPT } from "../../../components/neo4j/backup-layout";
import { SCHEMA_QUESTION } from "../../../components/neo4j/schema";
import type { Machine } from "../../machine/machine";
import type { Rehearsal } from "../../rehearsal";
import { longestGap, waitForWrite, STEADY_MS } from "../client";
import { expect, type Drill, type ScenarioResult } from "../drill";
import { Writer } from "./client";
import { COMMUNITY } from "./settings";
import { graph, load, lostWrites, neo4jServer, rows } from "./server";

/** Number of queries, facts and episodes each: the graph has three times as many nodes. */
const SIZE = 10_000;
/** Allowed write downtime of a backup in seconds, on a busy machine. Measured: 38. */
const DOWNTIME_SECONDS = 180;
/** Allowed recovery time in seconds on a new node. The Scaling Strategy allows an hour. */
const RTO_SECONDS = 600;
const RESUME_MS = 120_000;

export const neo4jRestore: Drill = {
  name: "neo4j-restore",
  description: "destroys the node with its data disk and restores the graph from the bucket; then damages a backup",
  services: ["neo4j"],
  settings: COMMUNITY,
  async run(rehearsal, progress) {
    const server = neo4jServer(rehearsal);
    progress("loading a graph and backing it up");
    await load(server, SIZE);
    const before = await graph(server);
    const backup = await backUp(rehearsal, server);

    progress("destroying the node and its disk");
    const lostAt = Date.now();
    await rehearsal.destroy(server);
    await rehearsal.launch(server);
    await server.waitUntilServing();
    const bootSeconds = (Date.now() - lostAt) / 1000;
    const blank = await graph(server);
    progress("restoring");
    const output = await server.run([RESTORE_SCRIPT, "--latest"]);
    const rtoSeconds = (Date.now() - lostAt) / 1000;
    const after = await graph(server);
    const [[indexed]] = (await rows(server, SCHEMA_QUESTION)) as [[boolean]];
    const damaged = await damage(rehearsal, server);
    return {
      scenarios: [
        backup,
        {
          scenario: "node lost with its disk",
          measured: {
            nodes: before.nodes,
            nodesRestored: after.nodes,
            relationships: before.relationships,
            relationshipsRestored: after.relationships,
            checksumsEqual: before.checksum === after.checksum,
            indexesOnline: indexed,
            secondsToANewNode: bootSeconds,
            rtoSeconds,
            said: output.trim().split("\n").at(-1)!,
          },
          violations: [
            ...expect(before.nodes === 3 * SIZE && blank.nodes === 0, "there was nothing to restore"),
            ...expect(
              JSON.stringify(before) === JSON.stringify(after),
              `the graphs differ: ${JSON.stringify([before, after])}`,
            ),
            ...expect(indexed, "not every index is online"),
            ...expect(rtoSeconds <= RTO_SECONDS, `recovery took ${rtoSeconds} s; at most ${RTO_SECONDS} s`),
          ],
        },
        damaged,
      ],
    };
  },
};

/** Runs the nightly backup while a client writes and measures the write downtime. */
async function backUp(rehearsal: Rehearsal, server: Machine): Promise<ScenarioResult> {
  const writer = await Writer.start(rehearsal, server.host, `${process.pid}-backup`);
  await waitForWrite(writer, Date.now(), RESUME_MS);
  const began = Date.now();
  await server.run(["systemctl", "start", "ape-neo4j-backup.service"]);
  const seconds = (Date.now() - began) / 1000;
  await waitForWrite(writer, Date.now(), RESUME_MS);
  await sleep(STEADY_MS);
  await writer.stop();
  const downtime = longestGap(writer, began);
  const missing = await lostWrites(server, writer);
  return {
    scenario: "backup while a client writes",
    measured: { backupSeconds: seconds, secondsWithoutAcceptedWrite: downtime, acknowledgedWritesLost: missing },
    violations: [
      ...expect(missing === 0, `${missing} acknowledged writes were lost`),
      ...expect(downtime <= DOWNTIME_SECONDS, `${downtime} s of write downtime; at most ${DOWNTIME_SECONDS} s`),
    ],
  };
}

/** Damages a part of the backup in the bucket and checks that a restore refuses it without touching the graph. */
async function damage(rehearsal: Rehearsal, server: Machine): Promise<ScenarioResult> {
  const { storage } = rehearsal;
  const bucket = rehearsal.bucket("backups");
  const keys = await storage.list(bucket, dumpPrefix(server.host.name));
  const piece = keys.find((key) => key.endsWith("/neo4j.dump.000"))!;
  const content = await storage.get(bucket, piece);
  content[Math.floor(content.length / 2)]! ^= 0xff;
  await storage.put(bucket, piece, content);
  const before = await graph(server);
  const { code, stderr } = await server.attempt([RESTORE_SCRIPT, "--latest"]);
  const after = await graph(server);
  return {
    scenario: "a backup damaged in the bucket",
    measured: { piece, refused: code !== 0, said: stderr.trim().split("\n").at(-1)! },
    violations: [
      ...expect(code !== 0 && stderr.includes("is damaged"), `the damage of ${piece} was not reported: ${stderr}`),
      ...expect(JSON.stringify(before) === JSON.stringify(after), "the graph was touched"),
    ],
  };
}
