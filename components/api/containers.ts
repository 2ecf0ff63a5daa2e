import { TLS } from "../node/bootstrap/bundle";
import { secretMark, type NodeFile } from "../node/role";
import { proxyPorts, type Backends } from "./backends";
import type { ApiArgs } from "./plan";

const FIRST_PORT = 8001;
const CA_IN_CONTAINER = "/etc/ape/ca.crt";
const ENVIRONMENT = "/etc/ape/api.env";

/** The port of a node's container, on the loopback interface only. */
export function containerPort(index: number): number {
  return FIRST_PORT + index;
}

/** The systemd unit that podman makes of a container's file. */
export function containerUnit(index: number): string {
  return `ape-api-${index + 1}.service`;
}

/** Restarting it restarts every container. */
export const ALL_CONTAINERS = "ape-api.target";

/** The containers as systemd knows them (podman quadlets), and the environment that they share. */
export function containerFiles(
  args: Pick<ApiArgs, "image" | "workersPerContainer" | "container">,
  containers: number,
  backends: Backends,
): NodeFile[] {
  const quadlets = Array.from({ length: containers }, (_, index) => ({
    path: `/etc/containers/systemd/ape-api-${index + 1}.container`,
    content: quadlet(args, index),
    restarts: containerUnit(index),
  }));
  return [
    ...quadlets,
    { path: `/etc/systemd/system/${ALL_CONTAINERS}`, content: target(containers) },
    { path: ENVIRONMENT, content: environment(backends), mode: "0600", restarts: ALL_CONTAINERS },
  ];
}

function target(containers: number): string {
  const units = Array.from({ length: containers }, (_, index) => containerUnit(index));
  return `[Unit]\nDescription=APE API, all containers\nWants=${units.join(" ")}\n\n[Install]\nWantedBy=multi-user.target\n`;
}

/** One container. It shares the host's network, so that it reaches the node's own database proxy. */
function quadlet(args: Pick<ApiArgs, "image" | "workersPerContainer" | "container">, index: number): string {
  return `[Unit]
Description=APE API, container ${index + 1}
Wants=network-online.target
After=network-online.target haproxy.service
PartOf=${ALL_CONTAINERS}

[Container]
Image=${args.image}
ContainerName=ape-api-${index + 1}
Network=host
Environment=PORT=${containerPort(index)} HOST=127.0.0.1 WEB_CONCURRENCY=${args.workersPerContainer}
EnvironmentFile=${ENVIRONMENT}
Volume=${TLS.ca}:${CA_IN_CONTAINER}:ro
NoNewPrivileges=true
DropCapability=all
ReadOnly=true
ReadOnlyTmpfs=true
PodmanArgs=--memory=${Math.round(args.container.memGiB * 1024)}m --cpus=${args.container.cpus}

[Service]
Restart=always
RestartSec=2
TimeoutStartSec=300
TimeoutStopSec=60

[Install]
WantedBy=multi-user.target
`;
}

/** Where the API finds its stores; read by root only, since it holds their passwords. */
function environment(backends: Backends): string {
  const database = (port: number): string =>
    `postgresql://${secretMark("timescaledb-api", "username")}:${secretMark("timescaledb-api", "password")}@localhost:${port}/${backends.timescaledb.database}?sslmode=verify-full&sslrootcert=${CA_IN_CONTAINER}`;
  const { url, sentinels, masterName, cluster } = backends.redis;
  const ports = backends.timescaledb.shards.map((_, shard) => proxyPorts(shard));
  return [
    `DATABASE_URL=${database(proxyPorts().writer)}`,
    `DATABASE_READER_URL=${database(proxyPorts().reader)}`,
    ...(ports.length === 1
      ? []
      : [
          `DATABASE_SHARD_URLS=${ports.map(({ writer }) => database(writer)).join(" ")}`,
          `DATABASE_SHARD_READER_URLS=${ports.map(({ reader }) => database(reader)).join(" ")}`,
        ]),
    `NEO4J_URI=${backends.neo4j.uri}`,
    `NEO4J_MEMBERS=${backends.neo4j.members.join(",")}`,
    `NEO4J_USERNAME=${secretMark("neo4j-api", "username")}`,
    `NEO4J_PASSWORD=${secretMark("neo4j-api", "password")}`,
    ...(url === undefined ? [] : [`REDIS_URL=${url}`]),
    ...(masterName === undefined ? [] : [`REDIS_SENTINELS=${sentinels.join(",")}`, `REDIS_MASTER_NAME=${masterName}`]),
    ...(cluster.length === 0 ? [] : [`REDIS_CLUSTER=${cluster.join(",")}`]),
    `REDIS_USERNAME=${secretMark("redis-api", "username")}`,
    `REDIS_PASSWORD=${secretMark("redis-api", "password")}`,
    `CA_FILE=${CA_IN_CONTAINER}`,
    "",
  ].join("\n");
}
