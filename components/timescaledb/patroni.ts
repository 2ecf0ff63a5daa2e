import { join } from "node:path";
import { TLS } from "../model/tls";
import { dnsName, secretMark } from "../model/role";
import type { ScriptPart } from "../node/script";
import { CREATE_SCRIPT } from "./create";
import { hbaRules, type HbaArgs } from "./hba";
import { RECONNECT_SCRIPT } from "./pooling";
import { parameters, RESTORE_COMMAND } from "./postgresql";
import { PATRONI_USER, REPLICATION_USER, REWIND_USER, SERVER_SECRET } from "./secrets";
import { SHARED, STANDBY_LIMITS } from "./shared";
import type { ServerSize } from "./sizing";
import { BIN_DIRECTORY, DATA_DIRECTORY, PORTS, SOCKET_DIRECTORY } from "./topology";

/** The cluster's name in Patroni. */
export const SCOPE = "timescaledb";

/** Patroni's configuration of this member, and the configuration that all members share. */
export const PATRONI_CONFIG = "/etc/patroni/config.yml";
export const DYNAMIC_CONFIG = "/etc/patroni/dynamic.json";

/** Seconds between two iterations of Patroni's loop. */
const LOOP_WAIT = 5;

/** Its REST API on this node. */
export const PATRONI_URL = `https://127.0.0.1:${PORTS.patroni}`;

/** The functions `patroni`, `members` and `leader`. */
export const PATRONI: ScriptPart = {
  functions: [join(__dirname, "scripts/patroni.sh")],
  variables: { PATRONI_CONFIG, PATRONI_URL, CA: TLS.ca },
};

/** Applies the shared configuration to the cluster, and pending settings to a standby. See DatabaseArgs. */
export function patroniConfiguration(member: string): ScriptPart {
  return {
    functions: [...PATRONI.functions, ...LIMITS.functions, join(__dirname, "scripts/database-patroni.sh")],
    variables: { ...PATRONI.variables, ...LIMITS.variables, DYNAMIC_CONFIG, MEMBER: member },
  };
}

/** The functions `pending`, `restart_pending` and `lowered`. */
export const LIMITS: ScriptPart = {
  functions: [join(__dirname, "scripts/limits.sh")],
  variables: { SCOPE, LOOP_WAIT },
};

/**
 * The configuration that all members share through etcd: rules of leader election, and the settings that Patroni reads from
 * nowhere else. It is the complete dynamic.json, and the initial configuration of a new cluster. All other settings are in
 * each member's own configuration: while members of two sizes form a pair, each has the memory of the machine it runs on.
 * Required: `loop_wait + 2 * retry_timeout <= ttl`.
 */
export function dynamicConfig(size: ServerSize): string {
  const config = {
    // A lost primary is replaced after ttl seconds; 20 is Patroni's minimum.
    ttl: 20,
    loop_wait: LOOP_WAIT,
    retry_timeout: 5,
    // Seconds for a crashed PostgreSQL to recover before the standby takes over (Patroni's default: 300).
    primary_start_timeout: 15,
    maximum_lag_on_failover: 1048576,
    // Both data nodes acknowledge writes. Without a standby the primary continues alone instead of refusing writes.
    synchronous_mode: true,
    // Without etcd the primary keeps its role as long as it reaches every member.
    failsafe_mode: true,
    member_slots_ttl: "30min",
    postgresql: {
      use_pg_rewind: true,
      use_slots: true,
      // A former primary that cannot be rewound is re-created from the new one.
      remove_data_directory_on_rewind_failure: true,
      remove_data_directory_on_diverged_timelines: true,
      parameters: settings(size, (name) => SHARED.includes(name)),
    },
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function settings(size: ServerSize, wanted: (name: string) => boolean): Record<string, string | number> {
  return Object.fromEntries(Object.entries(parameters(size)).filter(([name]) => wanted(name)));
}

function yaml(values: Readonly<Record<string, string | number>>, spaces: number): string {
  return indent(
    Object.entries(values)
      .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
      .join(""),
    spaces,
  );
}

export interface PatroniArgs extends HbaArgs {
  /** This member's name. */
  readonly name: string;
  /** Client addresses of the etcd members, "host:port". */
  readonly etcd: readonly string[];
  readonly size: ServerSize;
  /** Whether this member bootstraps a new cluster. True for exactly one member. */
  readonly founder: boolean;
}

/** The complete config.yml of Patroni on a data node. */
export function patroniConfig(args: PatroniArgs): string {
  const { name, etcd, size } = args;
  const own = dnsName(name);
  const credentials = (username: string, field: string): string => `username: ${username}
      password: "${secretMark(SERVER_SECRET, field)}"
      sslmode: verify-full
      sslrootcert: ${TLS.ca}`;
  return `scope: ${SCOPE}
name: ${name}

tags:
  # The limits that this member is planned with. The shared configuration has the larger ones of all members.
${yaml(
  settings(size, (setting) => STANDBY_LIMITS.includes(setting)),
  2,
)}
log:
  level: INFO

restapi:
  # The firewall admits the proxies in front of the API, which only read. Writes require the password.
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
${yaml(
  settings(size, (setting) => !SHARED.includes(setting)),
  4,
)}  pg_hba:
${hbaRules(args)
  .map((rule) => `    - ${rule}\n`)
  .join("")}  recovery_conf:
    restore_command: ${JSON.stringify(RESTORE_COMMAND)}
  create_replica_methods: [basebackup]
  basebackup:
    checkpoint: fast
  authentication:
    superuser:
      # Peer authentication over the socket: no password.
      username: postgres
    replication:
      ${credentials(REPLICATION_USER, "replication")}
    rewind:
      ${credentials(REWIND_USER, "rewind")}

watchdog:
  # If the kernel has one, it stops a primary whose Patroni hangs.
  mode: automatic
`;
}

/**
 * How a new cluster is bootstrapped. Only one member has this section: in a race, an empty second member could win over the
 * first one's data when a single server becomes highly available. Without it Patroni waits for a leader to copy.
 */
function founding(size: ServerSize): string {
  return `bootstrap:
  method: create
  create:
    command: ${CREATE_SCRIPT}
    no_params: true
    # A restored backup contains its own recovery settings.
    keep_existing_recovery_conf: true
  dcs:
${indent(dynamicConfig(size), 4)}

`;
}

function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(spaces));
}
