import type { HealthCheck } from "../platform/platform";
import { machineFor, type PlacementArgs } from "../node/placement";
import type { Listen, Provision, Role } from "../model/role";
import { TLS } from "../model/tls";
import type { MachineType } from "../model/machine-types";
import type { ApiPlanArgs, Backends } from "./args";
import { ALL_CONTAINERS, containerFiles } from "./containers";
import { haproxyConfiguration, ON_NODE } from "./haproxy";
import { PEERS_MOVED, peersMovedFile } from "./peers-moved";
import { NGINX_DRAIN, nginxConfiguration, onNode, SERVING, upstreamServer } from "./nginx";
import { RELEASE_TIMER, RELEASE_UNIT, releaseFiles, REPORTS } from "./release";
import { slotPorts, UPSTREAM_FILE } from "./slots";
import { REQUEST_TIMEOUT_SECONDS } from "./timeout";

/** Memory in GiB of nginx, HAProxy and podman on a node. Ours: 120 MiB measured, doubled. */
const SERVING_MEM_GIB = 0.25;

/** Least zones of a replicated API. Source: High Availability. */
const MIN_ZONES = 2;

/** The health check that decides whether the load balancer sends requests to a node. */
export const READINESS: HealthCheck = { port: SERVING.port, path: "/ready" };

const LISTENS: readonly Listen[] = [{ port: SERVING.port, from: ["loadBalancer"], protocol: "API over TLS" }];

/** Containers on each node. They are spread over the zones, so that each zone holds a part of the capacity. */
export function containersPerNode(args: Pick<ApiPlanArgs, "containers" | "zones">): number {
  return Math.ceil(args.containers / args.zones);
}

/** Containers that a node has memory for in addition to those that serve: a new release starts before the old one stops. */
const SURGE = 1;

/** The API on one node: a member of a scaling group, or a node shared with data services. */
export function planApi(args: ApiPlanArgs): Role {
  const containers = containersPerNode(args);
  return {
    service: "api",
    name: "api-1",
    zone: 0,
    needs: {
      vcpu: containers * args.container.cpus,
      memGiB: (containers + SURGE) * args.container.memGiB + SERVING_MEM_GIB,
    },
    ...(args.instanceType === undefined ? {} : { instanceType: args.instanceType }),
    listens: LISTENS,
    secrets: args.secrets,
    grants: [],
    provision: (_self, all) => provision(args, containers, args.backends(all)),
  };
}

/** A scaling group of API nodes, planned. */
export interface ApiGroup {
  readonly role: Role;
  readonly machine: MachineType;
  readonly containersPerNode: number;
  readonly minNodes: number;
  readonly maxNodes: number;
}

/** The API as a scaling group: enough nodes for the tier's containers, growing up to the bound of autoscaling. */
export function planApiGroup(args: ApiPlanArgs, placement: Pick<PlacementArgs, "cloud" | "families">): ApiGroup {
  const role = { ...planApi(args), name: "api" };
  const each = containersPerNode(args);
  const minNodes = Math.max(Math.ceil(args.containers / each), Math.min(args.zones, MIN_ZONES));
  return {
    role,
    machine: machineFor("api", [role], placement),
    containersPerNode: each,
    minNodes,
    maxNodes: Math.max(minNodes, Math.ceil(args.maxContainers / each)),
  };
}

/** What a node runs: the containers, nginx before them, and HAProxy between them and the database. */
function provision(args: ApiPlanArgs, containers: number, backends: Backends): Provision {
  return {
    packages: ["nginx", "haproxy", "socat", "podman", "crun"],
    files: [
      {
        path: "/etc/nginx/nginx.conf",
        content: nginxConfiguration(args.cloud, onNode(UPSTREAM_FILE)),
        reloads: "nginx.service",
      },
      { path: "/etc/systemd/system/nginx.service.d/60-drain.conf", content: NGINX_DRAIN },
      { path: UPSTREAM_FILE, content: firstUpstream(containers), seed: true },
      {
        path: "/etc/haproxy/haproxy.cfg",
        content: haproxyConfiguration(backends.timescaledb, ON_NODE),
        reloads: "haproxy.service",
      },
      peersMovedFile(),
      ...containerFiles(args, backends),
      ...releaseFiles({ bucket: args.releaseBucket, containers, drainSeconds: REQUEST_TIMEOUT_SECONDS }),
    ],
    units: ["haproxy.service", ALL_CONTAINERS, "nginx.service", RELEASE_TIMER, RELEASE_UNIT],
    tlsUsers: ["haproxy"],
    sysctl: { "net.core.somaxconn": 4096 },
    health: `curl -fsS --cacert ${TLS.ca} https://localhost:${READINESS.port}${READINESS.path}`,
    membership: { reports: REPORTS, peersMoved: PEERS_MOVED },
  };
}

/** The upstream servers of a new node, before the first release. */
function firstUpstream(containers: number): string {
  return Array.from({ length: containers }, (_, slot) => `${upstreamServer(slotPorts(slot)[0])}\n`).join("");
}
