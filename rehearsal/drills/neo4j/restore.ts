import { setTimeout as sleep } from "node:timers/promises";
import { dumpPrefix, RESTORE_SCRIPT } from "../../../components/neo4j/backup-layout";
import { SCHEMA_QUESTION } from "../../../components/neo4j/schema";
import type { Machine } from "../../machine/machine";
import type { Rehearsal } from "../../rehearsal";
import { longestGap, waitForWrite, STEADY_MS } from "../client";
import { expect, type Drill, type Scenario } from "../drill";
import { Writer } from "./client";
import { COMMUNITY } from "./settings";
import { graph, load, lost, neo4jServer, rows } from "./server";

/** Facts, queries and episodes: three times as many nodes. */
const SIZE = 10_000;
/** Seconds that a backup may stop the server for, on a machine that has other things to do as well. LoadStats: 38. */
const DOWNTIME_SECONDS = 180;
/** Seconds until the graph is back on a new node; the Scaling Strategy allows an hour. */
const RTO_SECONDS = 600;
const RESUME_MS = 120_000;

export const neo4jRestore: Drill = {
  name: "neo4j-restore",
  description: "the node is lost with its disk; the graph comes back from the bucket on a new one",
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
    const said = await server.run([RESTORE_SCRIPT, "--latest"]);
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
            said: said.trim().split("\n").at(-1)!,
          },
          violations: [
            ...expect(before.nodes === 3 * SIZE && blank.nodes === 0, "there was nothing to restore"),
            ...expect(
              JSON.stringify(before) === JSON.stringify(after),
              `the graphs differ: ${JSON.stringify([before, after])}`,
            ),
            ...expect(indexed, "not every index is online"),
            ...expect(rtoSeconds <= RTO_SECONDS, `it took ${rtoSeconds} s; at most ${RTO_SECONDS}`),
          ],
        },
        damaged,
      ],
    };
  },
};

/** Runs the nightly job while a client writes, and says for how long nothing was accepted. */
async function backUp(rehearsal: Rehearsal, server: Machine): Promise<Scenario> {
  const writer = await Writer.start(rehearsal, server.host, `${process.pid}-backup`);
  await waitForWrite(writer, Date.now(), RESUME_MS);
  const began = Date.now();
  await server.run(["systemctl", "start", "ape-neo4j-backup.service"]);
  const seconds = (Date.now() - began) / 1000;
  await waitForWrite(writer, Date.now(), RESUME_MS);
  await sleep(STEADY_MS);
  await writer.stop();
  const downtime = longestGap(writer, began);
  const missing = await lost(server, writer);
  return {
    scenario: "backup while a client writes",
    measured: { backupSeconds: seconds, secondsWithoutAcceptedWrite: downtime, acknowledgedWritesLost: missing },
    violations: [
      ...expect(missing === 0, `${missing} acknowledged writes are lost`),
      ...expect(downtime <= DOWNTIME_SECONDS, `it stopped for ${downtime} s; at most ${DOWNTIME_SECONDS}`),
    ],
  };
}

/** Damages a piece of the backup in the bucket, and looks whether a restore leaves the graph alone. */
async function damage(rehearsal: Rehearsal, server: Machine): Promise<Scenario> {
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
      ...expect(code !== 0 && stderr.includes("is damaged"), `nobody says that ${piece} is damaged: ${stderr}`),
      ...expect(JSON.stringify(before) === JSON.stringify(after), "the graph was touched"),
    ],
  };
}
