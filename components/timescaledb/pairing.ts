import { join } from "node:path";
import { addressOf, dnsName, type NodeFile, type Placed } from "../model/role";
import { renderScript } from "../node/script";
import { ETCD } from "./etcd";
import { PATRONI, SCOPE } from "./patroni";
import { BIN_DIRECTORY, DATA_DIRECTORY, DATA_NODE_ETCD, isOf, POSTGRESQL_UNIT, SOCKET_DIRECTORY } from "./topology";

/** Ends the server that systemd runs, in favour of Patroni's. */
const TAKE_OVER_SCRIPT = "/usr/local/lib/ape/timescaledb-take-over";

const LEAVE_SCRIPT = "/usr/local/lib/ape/timescaledb-leave";

/** Shell command of a single server's bootstrap that makes a data node of a pair a single server, or fails with the reason. */
export const LEAVE = `said=$(${LEAVE_SCRIPT} 2>&1) || { echo "$said"; fail "$(tail -n 1 <<<"$said")"; }`;

/** Addresses of a shard's members, in the format of /etc/hosts. A node that leaves the shard still needs them. */
const PEERS = "/etc/ape/timescaledb/peers";

export function leaveFile(member: string): NodeFile {
  const variables = {
    MEMBER: member,
    SCOPE,
    PEERS,
    SOCKET_DIRECTORY,
    BIN_DIRECTORY,
    DATA_DIRECTORY,
    ETCD_DIRECTORY: DATA_NODE_ETCD,
    ...PATRONI.variables,
    ...ETCD.variables,
  };
  const functions = [...PATRONI.functions, ...ETCD.functions];
  return {
    path: LEAVE_SCRIPT,
    content: renderScript(join(__dirname, "scripts/leave.sh"), variables, functions),
    mode: "0755",
  };
}

export function peersFile(shard: number, all: readonly Placed[]): NodeFile {
  const lines = all
    .filter((placed) => isOf(placed, shard))
    .map((placed) => `${addressOf(placed)} ${dnsName(placed.role.name)}\n`);
  return { path: PEERS, content: lines.join("") };
}

export function takeOverFile(): NodeFile {
  const variables = { POSTGRESQL_UNIT, SOCKET_DIRECTORY, ...ETCD.variables };
  return {
    path: TAKE_OVER_SCRIPT,
    content: renderScript(join(__dirname, "scripts/take-over.sh"), variables),
    mode: "0755",
  };
}

/**
 * Drop-in of patroni.service: unlimited restarts, the watchdog if the kernel has one, enough time to stop a busy server and
 * to wait for the other members of etcd.
 */
export const PATRONI_DROP_IN = [
  "[Unit]",
  "Wants=etcd.service",
  "After=etcd.service network-online.target",
  "StartLimitIntervalSec=0",
  "[Service]",
  "Restart=always",
  "RestartSec=5",
  `ExecStartPre=+${TAKE_OVER_SCRIPT}`,
  "ExecStartPre=-+/sbin/modprobe softdog",
  "ExecStartPre=-+/bin/chown postgres /dev/watchdog",
  "TimeoutStartSec=20min",
  "TimeoutStopSec=5min",
  "",
].join("\n");
