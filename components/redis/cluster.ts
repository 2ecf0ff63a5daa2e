import { join } from "node:path";
import { addressOf, type NodeFile, type Placed } from "../model/role";
import { renderScript } from "../node/script";
import { CLI } from "./cli";
import { BUS_PORT, REDIS_PORT } from "./endpoints";
import { addressOfPart, combine, namesOf } from "./names";
import { USERS } from "./secrets";
import { indexOf, shardOf, SHARDS, SLOTS, slotsOf } from "./topology";

/** Brings a member into its cluster; active once the cluster is complete. */
export const JOIN_UNIT = "ape-redis-join.service";

/** What makes a server a cluster member. */
export function clusterIdentity(self: Placed): string[] {
  return [
    "cluster-enabled yes",
    "cluster-config-file nodes.conf",
    "tls-cluster yes",
    `cluster-announce-ip ${addressOf(self)}`,
    `cluster-announce-tls-port ${REDIS_PORT}`,
    `cluster-announce-bus-port ${BUS_PORT}`,
  ];
}

/** Settings of a cluster member. */
export const CLUSTER_SETTINGS = [
  "",
  "# Milliseconds until the majority declares a silent master failed, and until an isolated master stops serving.",
  "cluster-node-timeout 5000",
  "# Fail over to a replica however old its data: for a cache, old data is better than none.",
  "cluster-replica-validity-factor 0",
  "# Replicas stay with their shard: one that migrated could end up in its master's zone.",
  "cluster-allow-replica-migration no",
  "# While one shard has no master, the others continue to serve.",
  "cluster-require-full-coverage no",
] as const;

/** The files that only a cluster member has. */
export function clusterFiles(self: Placed, members: readonly Placed[]): NodeFile[] {
  return [
    { path: "/usr/local/lib/ape/redis-join", mode: "0755", content: joinScript(self, members) },
    { path: `/etc/systemd/system/${JOIN_UNIT}`, content: UNIT },
  ];
}

const UNIT = `[Unit]
Description=Membership in the Redis cluster
After=redis-server.service
Requires=redis-server.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/lib/ape/redis-join
TimeoutStartSec=600

[Install]
WantedBy=multi-user.target
`;

function joinScript(self: Placed, members: readonly Placed[]): string {
  const index = indexOf(self, members);
  const shard = shardOf(index);
  const { first, last } = slotsOf(shard);
  const { functions, variables } = combine(CLI, addressOfPart(self));
  const claims = index < SHARDS;
  return renderScript(
    join(__dirname, "scripts/join.sh"),
    {
      ...variables,
      ADMIN: USERS.admin,
      REDIS_PORT,
      BUS_PORT,
      MEMBERS: namesOf(members),
      SHARD: shard + 1,
      SHARDS,
      SLOTS,
      FIRST_SLOT: first,
      LAST_SLOT: last,
      CLAIMS_SLOTS: claims ? "yes" : "no",
    },
    functions,
  );
}
