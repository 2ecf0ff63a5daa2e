import { setTimeout as sleep } from "node:timers/promises";
import { longestGap, waitForWrite, STEADY_MS } from "../client";
import { expect, type Drill } from "../drill";
import { Writer } from "./client";
import { COMMUNITY } from "./settings";
import { graph, load, lost, neo4jServer } from "./server";

const SIZE = 1000;
/** Seconds without the graph while its node is replaced: a boot with its packages, and a start on what the disk holds. */
const REPLACED_SECONDS = 300;

export const neo4jReplace: Drill = {
  name: "neo4j-replace",
  description: "the node is lost and its disk kept; a new node serves what is on it",
  services: ["neo4j"],
  settings: COMMUNITY,
  async run(rehearsal, progress) {
    const server = neo4jServer(rehearsal);
    await load(server, SIZE);
    const before = await graph(server);
    const writer = await Writer.start(rehearsal, server.host, `${process.pid}-replace`);
    await waitForWrite(writer, Date.now(), REPLACED_SECONDS * 1000);
    progress("destroying the node; its disk stays");
    const lostAt = Date.now();
    await server.destroy();
    await rehearsal.launch(server);
    await server.waitUntilServing();
    const bootSeconds = (Date.now() - lostAt) / 1000;
    await waitForWrite(writer, Date.now(), REPLACED_SECONDS * 1000);
    await sleep(STEADY_MS);
    await writer.stop();
    const gap = longestGap(writer, lostAt);
    const missing = await lost(server, writer);
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
            ...expect(missing === 0, `${missing} acknowledged writes are lost`),
            ...expect(JSON.stringify(before) === JSON.stringify(after), "the graphs differ"),
            ...expect(gap <= REPLACED_SECONDS, `nothing was accepted for ${gap} s; at most ${REPLACED_SECONDS}`),
          ],
        },
      ],
    };
  },
};
