import { planCluster, type ClusterArgs, type ClusterPlan } from "../components/api/kubernetes/cluster";
import type { ApiPlanArgs, Backends } from "../components/api/args";
import { planApi, planApiGroup, type ApiGroup } from "../components/api/plan";
import { neo4jEndpoints } from "../components/neo4j/endpoints";
import { planNeo4j } from "../components/neo4j/plan";
import { API_SECRET as NEO4J_SECRET } from "../components/neo4j/secrets";
import { flowRules, type FlowRule } from "../components/model/flows";
import { place, type NodePlan } from "../components/node/placement";
import { addressOf, dnsName, type Placed, type Role, type Service } from "../components/model/role";
import { bucketName } from "../components/model/naming";
import { redisEndpoints } from "../components/redis/endpoints";
import { planRedis } from "../components/redis/plan";
import { API_SECRET as REDIS_SECRET } from "../components/redis/secrets";
import { DEFAULT_DATABASE } from "../components/timescaledb/args";
import { timescaleDbEndpoints } from "../components/timescaledb/endpoints";
import { planTimescaleDb } from "../components/timescaledb/plan";
import { API_SECRET as TIMESCALEDB_SECRET } from "../components/timescaledb/secrets";
import type { StackSpec } from "./config/spec";
import { API_CONTAINER, AUTOSCALING, containerMemGiB, largestMachineGiB, TIERS } from "./tiers";

/** A stack as plain values: roles, nodes, addresses and allowed connections. */
export interface StackPlan {
  readonly spec: StackSpec;
  /** Every role that runs on a node with a fixed address. */
  readonly placed: readonly Placed[];
  readonly nodes: readonly NodePlan[];
  /** The API's scaling group. Omitted when the API shares nodes or runs on Kubernetes. */
  readonly apiGroup?: ApiGroup;
  /** The Kubernetes cluster that the stack creates for the API. */
  readonly cluster?: ClusterPlan;
  readonly services: readonly Service[];
  readonly flows: readonly FlowRule[];
  readonly endpoints: Endpoints;
}

/** Addresses of the data services. Holds no secret. */
export interface Endpoints {
  readonly timescaledb: ReturnType<typeof timescaleDbEndpoints>;
  readonly neo4j: ReturnType<typeof neo4jEndpoints>;
  readonly redis: ReturnType<typeof redisEndpoints>;
}

/** Names of the secrets that hold the API's credentials, by data service. */
export const API_SECRETS = { timescaledb: TIMESCALEDB_SECRET, neo4j: NEO4J_SECRET, redis: REDIS_SECRET } as const;

/** Plans a stack. Pure: no cloud, no engine, no clock. Throws DoesNotFitError when no machine is large enough. */
export function planStack(spec: StackSpec): StackPlan {
  const placement = {
    cloud: spec.cloud,
    placement: spec.placement,
    families: TIERS[spec.tier].families[spec.cloud],
    networkCidr: spec.networkCidr,
  };
  const api = apiArgs(spec);
  const sharesNodes = apiSharesNodes(spec);
  const roles = [...dataRoles(spec), ...(sharesNodes ? [planApi(api)] : [])];
  const nodes = place(roles, placement);
  const placed = nodes.flatMap((node) => node.roles);
  const apiGroup = spec.api.runtime === "vm" && !sharesNodes ? planApiGroup(api, placement) : undefined;
  const cluster = isNewCluster(spec) ? planCluster(clusterArgs(spec), placement) : undefined;
  const hosted = [...roles, ...[apiGroup, cluster].flatMap((own) => (own === undefined ? [] : [own.role]))];
  return {
    spec,
    placed,
    nodes,
    ...(apiGroup === undefined ? {} : { apiGroup }),
    ...(cluster === undefined ? {} : { cluster }),
    services: [...new Set(hosted.map((role) => role.service))],
    flows: flowRules(hosted),
    endpoints: endpointsOf(placed),
  };
}

/**
 * Whether the API runs on the node of the data services: only when the stack has a single node. With several, the API is a
 * scaling group, whose autoscaler must never stop a node that holds data.
 */
function apiSharesNodes(spec: StackSpec): boolean {
  return spec.api.runtime === "vm" && spec.placement === "packed" && !spec.highlyAvailable;
}

function dataRoles(spec: StackSpec): Role[] {
  const { cloud, region, highlyAvailable } = spec;
  const backup = { bucket: bucketName(naming(spec), "backups"), retentionDays: spec.backupRetentionDays };
  const where = { cloud, region, backup };
  return [
    ...planTimescaleDb({ ...where, ...spec.timescaledb, highlyAvailable }),
    ...planNeo4j({ ...where, ...spec.neo4j }),
    ...planRedis({ ...where, ...spec.redis }),
  ];
}

function apiArgs(spec: StackSpec): ApiPlanArgs {
  const { containers, workersPerContainer, instanceType, spotPercent } = spec.api;
  return {
    cloud: spec.cloud,
    releaseBucket: bucketName(naming(spec), "bootstrap"),
    containers,
    workersPerContainer,
    container: { memGiB: containerMemGiB(), cpus: API_CONTAINER.limits.cpus },
    maxContainers: AUTOSCALING.maxContainers,
    targetCpuPercent: AUTOSCALING.targetCpuPercent,
    zones: spec.highlyAvailable ? spec.zones.length : 1,
    ...(instanceType === undefined ? {} : { instanceType }),
    spotPercent,
    secrets: Object.values(API_SECRETS),
    // The API's nodes resolve the members' names, also while members move to other addresses.
    backends: (all) => apiBackends(endpointsOf(all, ({ role }) => dnsName(role.name))),
  };
}

function isNewCluster({ api }: StackSpec): boolean {
  return api.kubernetes?.cluster.kind === "new";
}

function clusterArgs(spec: StackSpec): ClusterArgs {
  const { instanceType } = spec.api;
  return {
    maxPods: AUTOSCALING.maxContainers,
    requests: API_CONTAINER.requests,
    zones: spec.zones.length,
    largestGiB: largestMachineGiB(TIERS[spec.tier]),
    ...(instanceType === undefined ? {} : { instanceType }),
  };
}

/** @param hostOf how clients reach a member: by address, or by a name that they can resolve */
function endpointsOf(placed: readonly Placed[], hostOf = addressOf): Endpoints {
  return {
    timescaledb: timescaleDbEndpoints(placed, DEFAULT_DATABASE),
    neo4j: neo4jEndpoints(placed, hostOf),
    redis: redisEndpoints(placed, hostOf),
  };
}

/** How the API reaches the data services, on machines and in pods. */
export function apiBackends({ timescaledb, neo4j, redis }: Endpoints): Backends {
  const { shards, poolPort, patroniPort } = timescaledb;
  return {
    timescaledb: {
      shards: shards.map(({ hosts }) => hosts),
      database: DEFAULT_DATABASE,
      poolPort,
      ...(patroniPort === undefined ? {} : { patroniPort }),
      secret: API_SECRETS.timescaledb,
    },
    neo4j: { uri: neo4j.uri, members: neo4j.members, secret: API_SECRETS.neo4j },
    redis: { ...redis, secret: API_SECRETS.redis },
  };
}

/** The parts that names of cloud resources derive from. */
export function naming(spec: Pick<StackSpec, "stack" | "bucketSuffix">): { prefix: string; bucketSuffix: string } {
  return { prefix: `ape-${spec.stack}`, bucketSuffix: spec.bucketSuffix };
}
