import { TLS } from "../model/tls";
import { secretMark, sliceOf, type NodeFile } from "../model/role";
import type { ApiPlanArgs, Backends } from "./args";
import { CA_FILE, LISTEN_ADDRESS, serverSettings, storeCredentials, storeSettings } from "./environment";
import { RELEASE_STATE } from "./slots";
import { REQUEST_TIMEOUT_SECONDS } from "./timeout";

const ENVIRONMENT = "/etc/ape/api.env";

/** Restarting it restarts every container. */
export const ALL_CONTAINERS = "ape-api.target";

/** What every container's name begins with. */
export const CONTAINER_NAME = "ape-api-";

type ContainerArgs = Pick<ApiPlanArgs, "workersPerContainer" | "container">;

/** The systemd units of the containers (a podman quadlet, one instance per port) and the environment they share. */
export function containerFiles(args: ContainerArgs, backends: Backends): NodeFile[] {
  return [
    { path: "/etc/containers/systemd/ape-api@.container", content: quadlet(args), restarts: ALL_CONTAINERS },
    { path: `/etc/systemd/system/${ALL_CONTAINERS}`, content: TARGET },
    { path: ENVIRONMENT, content: environmentFile(backends), mode: "0600", restarts: ALL_CONTAINERS },
  ];
}

const TARGET = "[Unit]\nDescription=APE API, all containers\n\n[Install]\nWantedBy=multi-user.target\n";

/** The container on a port. The release sets its image. It shares the host's network to reach the node's HAProxy. */
function quadlet({ workersPerContainer, container }: ContainerArgs): string {
  const server = serverSettings({ host: LISTEN_ADDRESS.machine, port: "%i", workers: workersPerContainer });
  return `[Unit]
Description=APE API on port %i
Wants=network-online.target
After=network-online.target haproxy.service
PartOf=${ALL_CONTAINERS}

[Container]
Image=\${APE_IMAGE}
ContainerName=${CONTAINER_NAME}%i
Network=host
Environment=${assignments(server).join(" ")}
EnvironmentFile=${ENVIRONMENT}
Volume=${TLS.ca}:${CA_FILE}:ro
NoNewPrivileges=true
DropCapability=all
ReadOnly=true
ReadOnlyTmpfs=true
PodmanArgs=--memory=${Math.round(container.memGiB * 1024)}m --cpus=${container.cpus} --stop-timeout=${REQUEST_TIMEOUT_SECONDS}

[Service]
EnvironmentFile=${RELEASE_STATE}/%i.env
Slice=${sliceOf("api")}
Restart=always
RestartSec=2
TimeoutStartSec=300
TimeoutStopSec=${REQUEST_TIMEOUT_SECONDS + 15}
`;
}

/** Readable by root only, because it holds the passwords of the stores. */
function environmentFile(backends: Backends): string {
  const variables = { ...storeSettings(backends), ...storeCredentials(backends, secretMark) };
  return `${assignments(variables).join("\n")}\n`;
}

function assignments(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}
