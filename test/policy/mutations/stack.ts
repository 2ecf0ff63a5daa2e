import type { Judged } from "../../../tools/plan/record";
import { replan, withInput, type Mutation } from "./mutation";

const INSTANCES = ["aws:ec2/instance:Instance", "gcp:compute/instance:Instance"];
const DISKS = ["aws:ebs/volume:Volume", "gcp:compute/disk:Disk"];
const SERVICES = /"(?:S|s)ervice":"redis"/;

/** The whole plan broken: counts, sums, zones. */
export const STACK_MUTATIONS: readonly Mutation[] = [
  replan("tier-known", "no config, and two tiers among the labels", (all) =>
    relabelled(
      all.map((each) => each),
      "tier",
      "t2",
    ),
  ),
  replan("tier-machine-family", "a family of accelerators", (all) =>
    typed(all, (cloud) => (cloud === "aws" ? "p3.2xlarge" : "a2-highgpu-1g")),
  ),
  replan("no-secret-in-outputs", "a password among the outputs", (all) =>
    all.map((each) =>
      each.type === "pulumi:pulumi:Stack" ? withInput(each, "url", "redis://ape:Correct-horse7@cache:6379") : each,
    ),
  ),
  replan("no-secret-in-outputs", "a password by its name, deep among the outputs", (all) =>
    all.map((each) => (each.type === "pulumi:pulumi:Stack" ? withInput(each, "a.password", "Correct horse 7") : each)),
  ),
  replan("data-quorum-odd", "a fourth and fifth voter", (all) => {
    const members = redisMembers(all);
    return members.length < 3 ? undefined : withoutUrns(all, urnsOf(all, members.slice(2)));
  }),
  replan("data-replicas-apart", "two disks of a service on a node", (all) => {
    const disks = all.filter((each) => DISKS.includes(each.type) && SERVICES.test(JSON.stringify(each.inputs)));
    return disks.length < 3 ? undefined : attached(all, disks[1]!, disks[0]!);
  }),
  replan("machine-own-identity", "no identity", (all) =>
    firstOf(all, INSTANCES, (each) => {
      const name = each.type.startsWith("aws:") ? "iamInstanceProfile" : "serviceAccount";
      const broken = withInput(each, name, undefined);
      // What grants it its backups hangs on the identity; the rule about those has mutations of its own.
      return broken;
    }),
  ),
  replan("backup-target", "no bucket for backups", (all) => {
    const rename = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll("-backups-", "-others-"));
    return all.map((each) => ({ ...each, inputs: rename(each.inputs) as Judged["inputs"] }));
  }),
  replan("scaling-group-bounds", "more machines than the API has containers", (all) =>
    firstOf(all, ["aws:autoscaling/group:Group", "gcp:compute/regionAutoscaler:RegionAutoscaler"], (each) =>
      withInput(each, each.type.startsWith("aws:") ? "maxSize" : "autoscalingPolicy.maxReplicas", 40),
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

function urnsOf(all: readonly Judged[], disks: readonly Judged[]): string[] {
  return disks.flatMap((disk) => [
    disk.urn,
    ...all.filter((each) => INSTANCES.includes(each.type) && `${each.name}-data` === disk.name).map(({ urn }) => urn),
  ]);
}

function withoutUrns(all: readonly Judged[], urns: readonly string[]): Judged[] {
  return all.filter(({ urn }) => !urns.includes(urn));
}

/** Attaches a disk where another one is. */
function attached(all: readonly Judged[], disk: Judged, where: Judged): Judged[] {
  const host = (one: Judged): Judged =>
    all.find((each) => INSTANCES.includes(each.type) && `${each.name}-data` === one.name)!;
  return all.map((each) => {
    if (each.type === "aws:ec2/volumeAttachment:VolumeAttachment" && each.references.volumeId?.[0] === disk.urn) {
      return { ...each, references: { ...each.references, instanceId: [host(where).urn] } };
    }
    if (each.urn === host(disk).urn && each.type.startsWith("gcp:")) {
      return { ...each, references: { ...each.references, attachedDisks: [] } };
    }
    return each.urn === host(where).urn && each.type.startsWith("gcp:")
      ? { ...each, references: { ...each.references, attachedDisks: [...each.references.attachedDisks!, disk.urn] } }
      : each;
  });
}
