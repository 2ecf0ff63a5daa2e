import { numberAt, textAt, type CloudResource } from "../resource";
import { trafficGb, type Usage } from "../usage";

/** What a charge depends on in addition to the resource. */
export interface World {
  readonly usage: Usage;
  readonly traffic: ReturnType<typeof trafficGb>;
  readonly all: readonly CloudResource[];
  /** Machines of the stack: instances, and groups at their minimum. */
  readonly nodes: number;
  /** Number of zones with data. */
  readonly zones: number;
  ofType(type: string): readonly CloudResource[];
  /** Caches a figure about all resources: computing it per resource would take quadratic time. */
  once<T>(what: string, work: () => T): T;
  /** The resource of a type that another derives from: a dependency, or the one of the same name in its component. */
  source(of: CloudResource, type: string): CloudResource | undefined;
  /** The resources of a type that derive from this one. */
  users(of: CloudResource, type: string): readonly CloudResource[];
}

/** The world of a set of resources, independent of their order. */
export function worldOf(resources: readonly CloudResource[], usage: Usage): World {
  const all = [...resources].sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
  const types = groupBy(all, ({ type }) => type);
  const byUrn = new Map(all.map((resource) => [resource.urn, resource]));
  const siblings = groupBy(all, siblingKey);
  const usedBy = new Map<string, CloudResource[]>();
  all.forEach((resource) =>
    resource.dependsOn.forEach((urn) => usedBy.set(urn, [...(usedBy.get(urn) ?? []), resource])),
  );
  const known = new Map<string, unknown>();
  const world = {
    once: <T>(what: string, work: () => T): T => {
      if (!known.has(what)) {
        known.set(what, work());
      }
      return known.get(what) as T;
    },
    usage,
    traffic: trafficGb(usage),
    all,
    ofType: (type: string) => types.get(type) ?? [],
    source: (of: CloudResource, type: string) =>
      of.dependsOn.map((urn) => byUrn.get(urn)).find((found) => found?.type === type) ??
      siblings.get(siblingKey({ ...of, type }))?.[0],
    users: (of: CloudResource, type: string) => {
      const users = (usedBy.get(of.urn) ?? []).filter((user) => user.type === type);
      return users.length > 0 ? users : (siblings.get(siblingKey({ ...of, type })) ?? []);
    },
  };
  return { ...world, nodes: nodeCount(world), zones: zoneCount(all) };
}

/** Resources of a type and name within one component. */
function siblingKey({ parent, type, name }: Pick<CloudResource, "parent" | "type" | "name">): string {
  return [parent, type, name].join("\n");
}

type Index = Pick<World, "ofType" | "users">;

function nodeCount(world: Index): number {
  const groups = [
    ...world.ofType("aws:autoscaling/group:Group").map(awsGroupSize),
    ...GCP_MANAGERS.flatMap((type) => world.ofType(type).map((manager) => gcpGroupSize(manager, world))),
  ];
  const single = ["aws:ec2/instance:Instance", "gcp:compute/instance:Instance"].flatMap((type) => world.ofType(type));
  return single.length + groups.reduce((sum, size) => sum + size, 0);
}

/** Members of an Auto Scaling group without load. */
export function awsGroupSize(group: CloudResource): number {
  return Math.max(numberAt(group, "desiredCapacity") ?? 0, numberAt(group, "minSize") ?? 0);
}

export const GCP_MANAGERS = [
  "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager",
  "gcp:compute/instanceGroupManager:InstanceGroupManager",
] as const;
const GCP_AUTOSCALERS = ["gcp:compute/regionAutoscaler:RegionAutoscaler", "gcp:compute/autoscaler:Autoscaler"];

/** Members of a managed instance group without load: its autoscaler's minimum, otherwise its target size. */
export function gcpGroupSize(manager: CloudResource, world: Index): number {
  const autoscaler = GCP_AUTOSCALERS.flatMap((type) => world.users(manager, type))[0];
  return (autoscaler && numberAt(autoscaler, "autoscalingPolicy.minReplicas")) ?? numberAt(manager, "targetSize") ?? 0;
}

const ZONED: Readonly<Record<string, string>> = {
  "aws:ebs/volume:Volume": "availabilityZone",
  "gcp:compute/disk:Disk": "zone",
};

function zoneCount(all: readonly CloudResource[]): number {
  const zones = all.flatMap((resource) => {
    const path = ZONED[resource.type];
    return path === undefined ? [] : [textAt(resource, path)];
  });
  return new Set(zones.filter((zone) => zone !== undefined)).size;
}

/** Monthly traffic between zones, GB: queries to stores in other zones, and replication of every write. */
export function crossZoneGb(world: World): number {
  const { zones, traffic, usage } = world;
  return zones < 2 ? 0 : (traffic.storeGb * (zones - 1)) / zones + usage.writtenGb * (zones - 1);
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) {
      groups.set(key(value), [value]);
    } else {
      group.push(value);
    }
  }
  return groups;
}
