import { TLS } from "../model/tls";
import { secretMark, sliceOf, type NodeFile } from "../model/role";
import { proxyPorts, type Backends } from "./backends";
import type { ApiArgs } from "./plan";
import { RELEASE_STATE } from "./slots";

const CA_IN_CONTAINER = "/etc/ape/ca.crt";
const ENVIRONMENT = "/etc/ape/api.env";

/** Restarting it restarts every container. */
export const ALL_CONTAINERS = "ape-api.target";

/** Seconds that a container has to answer what it was asked before it is stopped: the API's own time-out. */
const STOP_SECONDS = 60;

type ContainerArgs = Pick<ApiArgs, "workersPerContainer" | "container">;

/** The containers as systemd knows them (a podman quadlet by port), and the environment that they share. */
export function containerFiles(args: ContainerArgs, backends: Backends): NodeFile[] {
  return [
    { path: "/etc/containers/systemd/ape-api@.container", content: quadlet(args), restarts: ALL_CONTAINERS },
    { path: `/etc/systemd/system/${ALL_CONTAINERS}`, content: TARGET },
    { path: ENVIRONMENT, content: environment(backends), mode: "0600", restarts: ALL_CONTAINERS },
  ];
}

const TARGET = "[Unit]\nDescription=APE API, all containers\n\n[Install]\nWantedBy=multi-user.target\n";

/**
 * The container on a port. Which image it runs is the release's to say. It shares the host's network, so that it reaches
 * the node's own database proxy.
 */
function quadlet({ workersPerContainer, container }: ContainerArgs): string {
  return `[Unit]
Description=APE API on port %i
Wants=network-online.target
After=network-online.target haproxy.service
PartOf=${ALL_CONTAINERS}

[Container]
Image=\${APE_IMAGE}
ContainerName=ape-api-%i
Network=host
Environment=PORT=%i HOST=127.0.0.1 WEB_CONCURRENCY=${workersPerContainer}
EnvironmentFile=${ENVIRONMENT}
Volume=${TLS.ca}:${CA_IN_CONTAINER}:ro
NoNewPrivileges=true
DropCapability=all
ReadOnly=true
ReadOnlyTmpfs=true
PodmanArgs=--memory=${Math.round(container.memGiB * 1024)}m --cpus=${container.cpus} --stop-timeout=${STOP_SECONDS}

[Service]
EnvironmentFile=${RELEASE_STATE}/%i.env
Slice=${sliceOf("api")}
Restart=always
RestartSec=2
TimeoutStartSec=300
TimeoutStopSec=${STOP_SECONDS + 15}
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
