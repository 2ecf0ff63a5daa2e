import { setTimeout as sleep } from "node:timers/promises";
import type { Machine } from "../../machine/machine";
import { expect, type Drill, type ScenarioResult } from "../drill";
import { Writer } from "./client";
import { RedisMembers } from "./members";

/** Milliseconds of writes before the backup. */
const WRITING_MS = 5000;
const SETTLE_MS = 180_000;
/** Allowed seconds for a restore. The Scaling Strategy allows an hour. */
const RESTORE_SECONDS = 60;

export const redisRestore: Drill = {
  name: "redis-restore",
  description: "deletes all keys, then restores them from the bucket",
  services: ["redis"],
  async run(rehearsal, progress) {
    const members = new RedisMembers(rehearsal);
    progress("waiting until all members are healthy");
    await members.waitUntilHealthy(SETTLE_MS);
    const master = (await members.master())!;
    const writer = await Writer.start(rehearsal, master.host.zone, `drill:${process.pid}:restore:`);
    await sleep(WRITING_MS);
    await writer.stop();
    progress("backing up to the bucket");
    const copies = await copy(members.machines);
    progress("deleting all keys");
    const written = await writer.erase(master.host.address);
    const left = await writer.read(master.host.address);
    progress("restoring");
    const began = Date.now();
    const output = await master.run(["/usr/local/sbin/ape-redis-restore", "--latest"]);
    const seconds = (Date.now() - began) / 1000;
    const rejoin = await members.waitUntilHealthy(SETTLE_MS);
    const found = await Promise.all(members.machines.map(({ host }) => writer.read(host.address)));
    const scenario: ScenarioResult = {
      scenario: "everything deleted",
      measured: {
        keys: written.length,
        keysAfterDeletion: left.length,
        keysRestored: Math.min(...found.map((numbers) => numbers.length)),
        restoreSeconds: seconds,
        copiesMade: copies.length,
        copiedBy: copies.join(", "),
        masterAfter: (await members.master())?.host.name ?? "none",
      },
      violations: [
        ...expect(written.length > 0 && left.length === 0, "there was nothing to restore"),
        ...expect(copies.length === 1, `${copies.length} members made a backup; exactly one should`),
        ...expect(
          found.every((numbers) => numbers.length === written.length),
          `not every member has all ${written.length} keys: ${found.map((numbers) => numbers.length).join(", ")}`,
        ),
        ...expect(rejoin !== undefined, "the members are not healthy after the restore"),
        ...expect(seconds <= RESTORE_SECONDS, `the restore took ${seconds} s; at most ${RESTORE_SECONDS} s: ${output}`),
      ],
    };
    return { scenarios: [scenario] };
  },
};

/** Runs every member's hourly backup job and returns the members that made a backup. */
async function copy(machines: readonly Machine[]): Promise<string[]> {
  const outputs = await Promise.all(machines.map((machine) => machine.run(["/usr/local/sbin/ape-redis-backup"])));
  return machines.filter((_, index) => outputs[index]!.includes("copied to")).map(({ host }) => host.name);
}
