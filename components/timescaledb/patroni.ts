import { TLS } from "../model/tls";
import { dnsName, secretMark } from "../model/role";
import { CREATE_SCRIPT } from "./create";
import { hbaRules, type HbaArgs } from "./hba";
import { RECONNECT_SCRIPT } from "./pooling";
import { parameters, RESTORE_COMMAND } from "./postgresql";
import { PATRONI_USER, REPLICATION_USER, REWIND_USER, SERVER_SECRET } from "./secrets";
import type { ServerSize } from "./sizing";
import { BIN_DIRECTORY, DATA_DIRECTORY, PORTS, SOCKET_DIRECTORY } from "./topology";

/** The cluster's name in Patroni. */
export const SCOPE = "timescaledb";

/** Patroni's own configuration, and that which all members share. */
export const PATRONI_CONFIG = "/etc/patroni/config.yml";
export const DYNAMIC_CONFIG = "/etc/patroni/dynamic.yml";

/** Makes the shared configuration what the file says; does nothing when it is. */
export const APPLY_DYNAMIC_CONFIG = `patronictl -c ${PATRONI_CONFIG} edit-config --quiet --force --replace ${DYNAMIC_CONFIG}`;

/**
 * Restarts a standby whose settings wait for that: one that was copied before the shared configuration was there would
 * otherwise run, and be promoted, with PostgreSQL's defaults. A primary is never restarted here: switch over first.
 */
export function restartPending(name: string): string[] {
  return [
    `sleep ${LOOP_WAIT + 1}`, // until Patroni has seen the configuration
    `patronictl -c ${PATRONI_CONFIG} restart --pending --force ${SCOPE} ${name}`,
  ];
}

/** Seconds between two looks of Patroni at its cluster. */
const LOOP_WAIT = 5;

/**
 * What all members share, kept in etcd: how leadership is decided, and PostgreSQL's settings. The whole of dynamic.yml,
 * and the start of a new cluster. `loop_wait + 2 * retry_timeout <= ttl` must hold.
 */
export function dynamicConfig(size: ServerSize): string {
  const settings = Object.entries(parameters(size)).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`);
  return `# A primary that is lost is replaced after ttl seconds: the least that Patroni allows.
ttl: 20
loop_wait: ${LOOP_WAIT}
retry_timeout: 5
# A PostgreSQL that crashed gets this long to come back before the standby takes over (Patroni's default: 300).
primary_start_timeout: 15
maximum_lag_on_failover: 1048576
# Writes are acknowledged by both data nodes. With no standby left the primary goes on alone instead of refusing writes.
synchronous_mode: true
# Without etcd the primary keeps its part as long as it reaches every member.
failsafe_mode: true
member_slots_ttl: 30min
postgresql:
  use_pg_rewind: true
  use_slots: true
  # A former primary that can't be rewound is copied anew.
  remove_data_directory_on_rewind_failure: true
  remove_data_directory_on_diverged_timelines: true
  parameters:
${settings.join("")}`;
}

export interface PatroniArgs extends HbaArgs {
  /** This member's name. */
  readonly name: string;
  /** Client addresses of the etcd members, "host:port". */
  readonly etcd: readonly string[];
  readonly size: ServerSize;
  /** Whether this member starts the cluster when there is none. True of exactly one. */
  readonly founder: boolean;
}

/** The whole of Patroni's config.yml on a data node. */
export function patroniConfig(args: PatroniArgs): string {
  const { name, etcd, size } = args;
  const own = dnsName(name);
  const credentials = (username: string, field: string): string => `username: ${username}
      password: "${secretMark(SERVER_SECRET, field)}"
      sslmode: verify-full
      sslrootcert: ${TLS.ca}`;
  return `scope: ${SCOPE}
name: ${name}

log:
  level: INFO

restapi:
  # Reading is open to whom the firewall lets in (the proxies in front of the API); acting needs the password.
  listen: 0.0.0.0:${PORTS.patroni}
  connect_address: ${own}:${PORTS.patroni}
  certfile: ${TLS.certificate}
  keyfile: ${TLS.key}
  cafile: ${TLS.ca}
  authentication:
    username: ${PATRONI_USER}
    password: "${secretMark(SERVER_SECRET, "patroni")}"

ctl:
  cacert: ${TLS.ca}
  certfile: ${TLS.certificate}
  keyfile: ${TLS.key}

etcd3:
  hosts: [${etcd.join(", ")}]
  protocol: https
  cacert: ${TLS.ca}
  cert: ${TLS.certificate}
  key: ${TLS.key}

${args.founder ? founding(size) : ""}postgresql:
  listen: 0.0.0.0:${PORTS.postgresql}
  connect_address: ${own}:${PORTS.postgresql}
  data_dir: ${DATA_DIRECTORY}
  bin_dir: ${BIN_DIRECTORY}
  use_unix_socket: true
  callbacks:
    on_role_change: ${RECONNECT_SCRIPT}
  parameters:
    unix_socket_directories: ${SOCKET_DIRECTORY}
  pg_hba:
${hbaRules(args)
  .map((rule) => `    - ${rule}\n`)
  .join("")}  recovery_conf:
    restore_command: ${JSON.stringify(RESTORE_COMMAND)}
  create_replica_methods: [basebackup]
  basebackup:
    checkpoint: fast
  authentication:
    superuser:
      # By the socket, as the system user: no password.
      username: postgres
    replication:
      ${credentials(REPLICATION_USER, "replication")}
    rewind:
      ${credentials(REWIND_USER, "rewind")}

watchdog:
  # Used where the kernel has one: it stops a primary whose Patroni hangs.
  mode: automatic
`;
}

/**
 * How a new cluster starts. Only one member knows: were it a race, an empty second member could win it against the first
 * one's data when a single server becomes highly available. Without this section Patroni waits for a leader to copy.
 */
function founding(size: ServerSize): string {
  return `bootstrap:
  method: create
  create:
    command: ${CREATE_SCRIPT}
    no_params: true
    # A restored backup brings its own recovery settings.
    keep_existing_recovery_conf: true
  dcs:
${indent(dynamicConfig(size), 4)}

`;
}

/** Drop-in of patroni.service: never give up, use the watchdog where the kernel has one, have time to stop a busy server. */
export const PATRONI_DROP_IN = [
  "[Unit]",
  "Wants=etcd.service",
  "After=etcd.service network-online.target",
  "StartLimitIntervalSec=0",
  "[Service]",
  "Restart=always",
  "RestartSec=5",
  "ExecStartPre=-+/sbin/modprobe softdog",
  "ExecStartPre=-+/bin/chown postgres /dev/watchdog",
  "TimeoutStopSec=5min",
  "",
].join("\n");

function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(spaces));
}
