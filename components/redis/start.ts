import { join } from "node:path";
import { addressOf, secretMark, type Placed } from "../model/role";
import { TLS } from "../model/tls";
import { renderScript } from "../node/script";
import { DATA } from "./configuration";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { SERVER_SECRET, USERS } from "./secrets";

/** Where redis-server's own file is: it says who replicates whom, and Sentinel has it rewritten. */
export const STATE = `${DATA}/redis.conf`;

/**
 * Runs before each start of redis-server. Whom to replicate: the master that the first reachable Sentinel names; without
 * one, the master that the file named before; at the very first start the first member.
 */
export function startScript(self: Placed, members: readonly Placed[]): string {
  const own = addressOf(self);
  return renderScript(join(__dirname, "scripts/start.sh"), {
    OWN: own,
    PEERS: members.map(addressOf).filter((address) => address !== own),
    FIRST: addressOf(members[0]!),
    STATE,
    CA: TLS.ca,
    SENTINEL_USER: USERS.sentinel,
    SENTINEL_PORT,
    MASTER_NAME,
    REDIS_PORT,
  });
}

export function clusterStartScript(): string {
  return renderScript(join(__dirname, "scripts/start-cluster.sh"), { STATE });
}

/** The password by which the start script asks the Sentinels; readable by Redis only. */
export const SENTINEL_PASSWORD = secretMark(SERVER_SECRET, "sentinel");
