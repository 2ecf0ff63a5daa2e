import { TLS } from "../model/tls";
import type { Listen, NodeFile, Placed, Provision, Role } from "../model/role";
import type { Neo4jArgs } from "./args";
import { BACKUP_TIMER, backupFiles } from "./backup";
import { BACKUP_PREFIX } from "./backup-layout";
import { CONFIG_DIRECTORY, HOME, neo4jConfiguration, TRUSTED } from "./configuration";
import { ANSWERS, ASK, consoleFiles, INITIAL_PASSWORD } from "./console";
import { membersOf, PORTS } from "./endpoints";
import { licenceEnvironment, licenceFiles, type Neo4jLicence } from "./licence";
import { CHECK_MEMBERS, CLUSTER_MEMBERSHIP, inStepFile, membersFile } from "./membership";
import { operationsFiles } from "./operations";
import { SCHEMA_UNIT, schemaFiles } from "./schema";
import { API_SECRET } from "./secrets";
import { memoryFor, roleMemGiB } from "./sizing";
import { archive } from "./archive";
import { VERSIONS } from "./version";

/** The roles of Neo4j. Pure. Combinations that can't be deployed are rejected by the stack config's rules. */
export function planNeo4j(args: Neo4jArgs): Role[] {
  return Array.from({ length: args.members }, (_, zone) => member(args, zone));
}

function member(args: Neo4jArgs, zone: number): Role {
  return {
    service: "neo4j",
    name: `neo4j-${zone + 1}`,
    zone,
    needs: { vcpu: args.cpus, memGiB: roleMemGiB(args), memoryFor: memoryFor(args) },
    ...(args.instanceType === undefined ? {} : { instanceType: args.instanceType }),
    disk: { sizeGiB: args.diskGiB, mount: HOME, owner: "neo4j" },
    listens: args.members === 1 ? SINGLE : CLUSTERED,
    secrets: [API_SECRET],
    grants: [{ bucket: "backups", prefix: BACKUP_PREFIX, access: "write" }],
    provision: (self, all) => provision(args, self, all),
  };
}

const HTTPS: Listen = { port: PORTS.https, from: ["api"], protocol: "Neo4j HTTPS" };
const SINGLE: readonly Listen[] = [{ port: PORTS.bolt, from: ["api"], protocol: "Bolt over TLS" }, HTTPS];
const CLUSTERED: readonly Listen[] = [
  { port: PORTS.bolt, from: ["api", "neo4j"], protocol: "Bolt over TLS" },
  HTTPS,
  { port: PORTS.cluster, from: ["neo4j"], protocol: "Neo4j cluster" },
  { port: PORTS.raft, from: ["neo4j"], protocol: "Neo4j Raft" },
  { port: PORTS.routing, from: ["neo4j"], protocol: "Neo4j server-side routing" },
];

const SERVER_UNIT = "neo4j.service";

function provision(args: Neo4jArgs, self: Placed, all: readonly Placed[]): Provision {
  const release = VERSIONS[args.version];
  const clustered = args.members > 1;
  return {
    packages: [
      // The newest Java that both version lines support; Neo4j's package would depend on the newest available.
      "openjdk-21-jre-headless",
      `${args.edition === "enterprise" ? "neo4j-enterprise" : "neo4j"}=${release.package}`,
    ],
    sources: [archive(args.packages, release.component)],
    files: [
      ...licenceFiles(args.licence),
      {
        path: `${CONFIG_DIRECTORY}/neo4j.conf`,
        content: neo4jConfiguration({ ...args, self, members: membersOf(all) }),
        owner: "root:neo4j",
        mode: "0640",
        restarts: SERVER_UNIT,
      },
      serverDropIn(args.licence),
      ...consoleFiles(self),
      ...schemaFiles(clustered),
      ...backupFiles(args, self, all),
      ...operationsFiles(clustered),
      membersFile(args.members),
      ...(clustered ? [inStepFile(self)] : []),
    ],
    prepare: [
      CHECK_MEMBERS,
      // The mounted disk hides the directories of the package.
      `install -d -o neo4j -g neo4j -m 0750 ${HOME}/{data,import,plugins,run}`,
      `install -d ${TRUSTED} && ln -sfn ${TLS.ca} ${TRUSTED}/ca.crt`,
      `runuser -u neo4j -- ${INITIAL_PASSWORD}`,
    ],
    units: [SERVER_UNIT, BACKUP_TIMER, SCHEMA_UNIT],
    tlsUsers: ["neo4j"],
    health: clustered ? `${ASK} available` : ANSWERS,
    ...(clustered ? { membership: CLUSTER_MEMBERSHIP } : {}),
  };
}

/** The package's unit restarts the server only after a signal, not after it exits because of an OutOfMemoryError. */
function serverDropIn(licence: Neo4jLicence): NodeFile {
  return {
    path: `/etc/systemd/system/${SERVER_UNIT}.d/60-neo4j.conf`,
    content: `${[
      "[Service]",
      "Restart=on-failure",
      "RestartSec=5",
      "# Exit status of a JVM after SIGTERM.",
      "SuccessExitStatus=143",
      "TimeoutStopSec=120",
      "LimitNOFILE=60000",
      ...licenceEnvironment(licence),
    ].join("\n")}\n`,
    restarts: SERVER_UNIT,
  };
}
