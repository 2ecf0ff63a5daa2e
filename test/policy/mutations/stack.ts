import type { Judged } from "../../../planning/record";
import { replan, withInput, type Mutation } from "./mutation";

const INSTANCES = ["aws:ec2/instance:Instance", "gcp:compute/instance:Instance"];
const DISKS = ["aws:ebs/volume:Volume", "gcp:compute/disk:Disk"];
/** References of an attachment to its disk and to its machine, by type. */
const ATTACHMENTS: Readonly<Record<string, readonly [disk: string, machine: string]>> = {
  "aws:ec2/volumeAttachment:VolumeAttachment": ["volumeId", "instanceId"],
  "gcp:compute/attachedDisk:AttachedDisk": ["disk", "instance"],
};
const SERVICES = /"(?:S|s)ervice":"redis"/;

/** The whole plan broken: counts, sums, zones. */
export const STACK_MUTATIONS: readonly Mutation[] = [
  {
    ...replan("tier-known", "no config, and two tiers among the labels", (all) => relabelled(all, "tier", "t0")),
    withoutConfig: true,
  },
  replan("tier-machine-family", "a burstable machine where the load is steady", (all) =>
    tierLabel(all) === "t4" ? typed(all, (cloud) => (cloud === "aws" ? "t3.large" : "e2-standard-2")) : undefined,
  ),
  replan("no-secret-in-outputs", "a password among the outputs", (all) =>
    all.map((each) =>
      each.type === "pulumi:pulumi:Stack" ? withInput(each, "url", "redis://ape:Correct-horse7@cache:6379") : each,
    ),
  ),
  replan("no-secret-in-outputs", "a password by its name, deep among the outputs", (all) =>
    all.map((each) => (each.type === "pulumi:pulumi:Stack" ? withInput(each, "a.password", "Correct horse 7") : each)),
  ),
  replan("data-quorum-odd", "one of three voters missing, where two zones are enough", (all) => {
    const members = redisMembers(all);
    return members.length === 3 && tierLabel(all) === "t3" ? withoutMember(all, members[2]!) : undefined;
  }),
  replan("data-zones", "one member left, in one zone", (all) => {
    const [, ...others] = redisMembers(all);
    return others.length === 2 && tierLabel(all) === "t3"
      ? others.reduce<readonly Judged[]>((left, disk) => withoutMember(left, disk), all)
      : undefined;
  }),
  replan("data-zones-spread", "two of three members in a zone, where two zones are enough", (all) => {
    const [first, second] = redisMembers(all);
    const zone = first?.type.startsWith("aws:") === true ? "availabilityZone" : "zone";
    return second !== undefined && tierLabel(all) === "t3"
      ? all.map((each) => (each === second ? withInput(each, zone, first!.inputs[zone]) : each))
      : undefined;
  }),
  replan("api-zones", "the group in one zone", (all) =>
    tierLabel(all) !== "t3"
      ? undefined
      : firstOf(
          all,
          ["aws:autoscaling/group:Group", "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager"],
          (each) =>
            each.type.startsWith("aws:")
              ? {
                  ...each,
                  references: {
                    ...each.references,
                    vpcZoneIdentifiers: each.references.vpcZoneIdentifiers!.slice(0, 1),
                  },
                }
              : withInput(
                  each,
                  "distributionPolicyZones",
                  (each.inputs.distributionPolicyZones as string[]).slice(0, 1),
                ),
        ),
  ),
  replan("data-replicas-apart", "two disks of a service on a node", (all) => {
    const disks = all.filter((each) => DISKS.includes(each.type) && SERVICES.test(JSON.stringify(each.inputs)));
    return disks.length < 3 ? undefined : withoutHost(attached(all, disks[1]!, disks[0]!), disks[1]!);
  }),
  replan("machine-own-identity", "no identity", (all) =>
    firstOf(all, INSTANCES, (each) => {
      const name = each.type.startsWith("aws:") ? "iamInstanceProfile" : "serviceAccount";
      // Backup grants depend on the identity; their rule has separate mutations.
      return { ...withInput(each, name, undefined), references: each.references };
    }),
  ),
  replan("backup-target", "no bucket for backups", (all) => {
    const rename = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll("-backups-", "-others-"));
    return all.map((each) => ({ ...each, inputs: rename(each.inputs) as Judged["inputs"] }));
  }),
  replan("scaling-group-bounds", "a minimum of no machine", (all) =>
    firstOf(all, ["aws:autoscaling/group:Group", "gcp:compute/regionAutoscaler:RegionAutoscaler"], (each) =>
      withInput(each, each.type.startsWith("aws:") ? "minSize" : "autoscalingPolicy.minReplicas", 0),
    ),
  ),
];

function firstOf(
  all: readonly Judged[],
  types: readonly string[],
  how: (each: Judged) => Judged,
): readonly Judged[] | undefined {
  const index = all.findIndex(({ type }) => types.includes(type));
  return index === -1 ? undefined : all.map((each, place) => (place === index ? how(each) : each));
}

function typed(all: readonly Judged[], name: (cloud: "aws" | "gcp") => string): readonly Judged[] | undefined {
  return firstOf(all, INSTANCES, (each) =>
    each.type.startsWith("aws:")
      ? withInput(each, "instanceType", name("aws"))
      : withInput(each, "machineType", name("gcp")),
  );
}

function relabelled(all: readonly Judged[], label: string, value: string): readonly Judged[] | undefined {
  return firstOf(all, INSTANCES, (each) =>
    each.type.startsWith("aws:") ? withInput(each, `tags.${label}`, value) : withInput(each, `labels.${label}`, value),
  );
}

function redisMembers(all: readonly Judged[]): Judged[] {
  return all.filter((each) => DISKS.includes(each.type) && SERVICES.test(JSON.stringify(each.inputs)));
}

function tierLabel(all: readonly Judged[]): unknown {
  const { tags, labels } = all.find(({ type }) => DISKS.includes(type))!.inputs as Record<
    string,
    Record<string, string>
  >;
  return tags?.Tier ?? labels?.tier;
}

function hostOf(all: readonly Judged[], disk: Judged): Judged {
  return all.find((each) => INSTANCES.includes(each.type) && `${each.name}-data` === disk.name)!;
}

function withoutHost(all: readonly Judged[], disk: Judged): Judged[] {
  const host = hostOf(all, disk);
  return all.filter(({ urn }) => urn !== host.urn);
}

function withoutMember(all: readonly Judged[], disk: Judged): Judged[] {
  return withoutHost(all, disk).filter((each) => each.urn !== disk.urn && !attaches(each, disk));
}

function attaches({ type, references }: Judged, disk: Judged): boolean {
  const [property] = ATTACHMENTS[type] ?? [];
  return property !== undefined && references[property]?.includes(disk.urn) === true;
}

/** Attaches a disk where another one is. */
function attached(all: readonly Judged[], disk: Judged, where: Judged): Judged[] {
  return all.map((each) => {
    if (!attaches(each, disk)) {
      return each;
    }
    const [, machine] = ATTACHMENTS[each.type]!;
    return { ...each, references: { ...each.references, [machine]: [hostOf(all, where).urn] } };
  });
}
