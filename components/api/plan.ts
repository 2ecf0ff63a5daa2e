import type { Cloud } from "../model/cloud";
import type { HealthCheck } from "../platform/platform";
import { machineFor, type PlacementArgs } from "../node/placement";
import type { Listen, Placed, Provision, Role } from "../model/role";
import { TLS } from "../model/tls";
import type { MachineType } from "../model/machine-types";
import { backendFiles, type Backends } from "./backends";
import { ALL_CONTAINERS, containerFiles } from "./containers";
import { NGINX_DRAIN, nginxConfiguration, onNode, SERVING, upstreamServer } from "./nginx";
import { RELEASE_TIMER, RELEASE_UNIT, releaseFiles } from "./release";
import { slotPorts, UPSTREAM_FILE } from "./slots";

export type { Backends } from "./backends";

export interface ApiArgs {
  readonly cloud: Cloud;
  /** Whole name of the bucket that says which image nodes run. */
  readonly releaseBucket: string;
  /** Containers on all nodes together at the tier's own load. */
  readonly containers: number;
  readonly workersPerContainer: number;
  /** Memory and CPUs of one container. */
  readonly container: { readonly memGiB: number; readonly cpus: number };
  /** Most containers that autoscaling may start. */
  readonly maxContainers: number;
  readonly targetCpuPercent: number;
  /** Zones that hold nodes. */
  readonly zones: number;
  readonly instanceType?: string;
  /** Share of the capacity above the minimum that may be spot, 0 to 100. */
  readonly spotPercent: number;
  /** Names of the secrets that containers read. */
  readonly secrets: readonly string[];
  /** Where the data services are, once everything has its place. */
  readonly backends: (all: readonly Placed[]) => Backends;
}

/** Memory in GiB of what serves a node's containers: nginx, HAProxy and podman. Ours: 120 MiB seen, doubled. */
const SERVING_MEM_GIB = 0.25;

/** Zones that a replicated API stands in at least. Origin: High Availability. */
const MIN_ZONES = 2;

/** Where the load balancer asks whether a node can serve. */
export const READINESS: HealthCheck = { port: SERVING.port, path: "/ready" };

/** Seconds without a byte after which a connection is closed: the Scaling Strategy's proxy time-outs. */
export const TIMEOUT_SECONDS = SERVING.timeoutSeconds;

const LISTENS: readonly Listen[] = [{ port: SERVING.port, from: ["loadBalancer"], protocol: "API over TLS" }];

/** Containers on each node: spread over the zones, so that each zone holds a part of the capacity. */
export function containersPerNode(args: Pick<ApiArgs, "containers" | "zones">): number {
  return Math.ceil(args.containers / args.zones);
}

/** Containers that a node has memory for beside those that serve: a new release starts before the old one stops. */
const SURGE = 1;

/** The API on one node: as it is in a scaling group, or on a node that it shares. */
export function planApi(args: ApiArgs): Role {
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

/** The API as a scaling group: enough nodes for the tier's containers, growing to the most that autoscaling allows. */
export function planApiGroup(args: ApiArgs, placement: Pick<PlacementArgs, "cloud" | "families">): ApiGroup {
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

/** How many containers of how much memory one node runs, and what stands before and behind them. */
function provision(args: ApiArgs, containers: number, backends: Backends): Provision {
  return {
    packages: ["nginx", "haproxy", "podman", "crun"],
    files: [
      {
        path: "/etc/nginx/nginx.conf",
        content: nginxConfiguration(args.cloud, onNode(UPSTREAM_FILE)),
        reloads: "nginx.service",
      },
      { path: "/etc/systemd/system/nginx.service.d/60-drain.conf", content: NGINX_DRAIN },
      { path: UPSTREAM_FILE, content: firstUpstream(containers), seed: true },
      ...backendFiles(backends),
      ...containerFiles(args, backends),
      ...releaseFiles({ bucket: args.releaseBucket, containers, drainSeconds: SERVING.timeoutSeconds }),
    ],
    units: ["haproxy.service", ALL_CONTAINERS, "nginx.service", RELEASE_TIMER, RELEASE_UNIT],
    tlsUsers: ["haproxy"],
    sysctl: { "net.core.somaxconn": 4096 },
    health: `curl -fsS --cacert ${TLS.ca} https://localhost:${READINESS.port}${READINESS.path}`,
  };
}

/** Where containers serve before any release has replaced them. */
function firstUpstream(containers: number): string {
  return Array.from({ length: containers }, (_, slot) => `${upstreamServer(slotPorts(slot)[0])}\n`).join("");
}
