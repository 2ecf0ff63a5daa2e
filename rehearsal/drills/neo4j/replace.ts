import { setTimeout as sleep } from "node:timers/promises";
import { longestGap, waitForWrite, STEADY_MS } from "../client";
import { expect, type Drill } from "../drill";
import { Writer } from "./client";
import { COMMUNITY } from "./settings";
import { graph, load, lostWrites, neo4jServer } from "./server";

const SIZE = 1000;
/** Allowed write downtime in seconds while the node is replaced: a boot with package installation and Neo4j's start. */
const REPLACED_SECONDS = 300;

export const neo4jReplace: Drill = {
  name: "neo4j-replace",
  description: "destroys the node but not its data disk; a new node serves the data",
  services: ["neo4j"],
  settings: COMMUNITY,
  async run(rehearsal, progress) {
    const server = neo4jServer(rehearsal);
    await load(server, SIZE);
    const before = await graph(server);
    const writer = await Writer.start(rehearsal, server.host, `${process.pid}-replace`);
    await waitForWrite(writer, Date.now(), REPLACED_SECONDS * 1000);
    progress("destroying the node without its data disk");
    const lostAt = Date.now();
    await server.destroy();
    await rehearsal.launch(server);
    await server.waitUntilServing();
    const bootSeconds = (Date.now() - lostAt) / 1000;
    await waitForWrite(writer, Date.now(), REPLACED_SECONDS * 1000);
    await sleep(STEADY_MS);
    await writer.stop();
    const gap = longestGap(writer, lostAt);
    const missing = await lostWrites(server, writer);
    const after = await graph(server);
    return {
      scenarios: [
        {
          scenario: "node lost, disk kept",
          measured: {
            secondsToANewNode: bootSeconds,
            secondsWithoutAcceptedWrite: gap,
            acknowledgedWrites: writer.acknowledged.length,
            acknowledgedWritesLost: missing,
            checksumsEqual: before.checksum === after.checksum,
          },
          violations: [
            ...expect(missing === 0, `${missing} acknowledged writes were lost`),
            ...expect(JSON.stringify(before) === JSON.stringify(after), "the graphs differ"),
            ...expect(gap <= REPLACED_SECONDS, `${gap} s of write downtime; at most ${REPLACED_SECONDS} s`),
          ],
        },
      ],
    };
  },
};
