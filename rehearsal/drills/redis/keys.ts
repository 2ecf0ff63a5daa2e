import type { Acknowledged } from "../client";
import type { Writer } from "./client";
import type { RedisMembers } from "./members";

/** Writes that were acknowledged to a client but are missing on the master. */
export async function lostWrites(members: RedisMembers, writer: Writer): Promise<Acknowledged[]> {
  const master = await members.master();
  if (master === undefined) {
    return [...writer.acknowledged];
  }
  const found = new Set(await writer.read(master.host.address));
  return writer.acknowledged.filter(({ number }) => !found.has(number));
}
