import { cloudOfType } from "../cloud";
import { groupBy } from "../group-by";
import type { Cloud } from "../../components/model/cloud";
import { DATA_SERVICES, type DataServiceName } from "../../components/model/role";
import { diskHost, membersOf, zoneOf } from "../members";
import { stackTier, type Context } from "../context";
import {
  AWS_SCALING_GROUP,
  AWS_TEMPLATE,
  DISKS,
  GCP_GROUPS,
  GCP_INSTANCE,
  GCP_TEMPLATES,
  INSTANCES,
  shareOf,
} from "../machines";
import { fault, resourceRule, stackRule, unless, type PolicyFault, type Rule } from "../rule";
import type { StackResource, StackView } from "../subject";
import type { ResourceValues } from "../values";
import { TIER_NAMES, TIERS } from "../../stacks/tiers";

/** "2 at t3, 3 at t4": the tiers that require more than one zone. */
const ZONES_BY_TIER = TIER_NAMES.filter((name) => TIERS[name].dataZones > 1)
  .map((name) => `${TIERS[name].dataZones} at ${name}`)
  .join(", ");

const ZONE_COUNT = stackRule({
  name: "data-zones",
  description: `Each data service spans as many zones as its tier promises: ${ZONES_BY_TIER}.`,
  why: "A zone that fails takes every service with it that stands nowhere else.",
  severity: "high",
  ids: [],
  fix: "Set `highAvailability: true` and `zones: 3`, or waive it for a stack that may be lost.",
  judge: (stack, context) =>
    perService(stack, (service, members) => {
      const least = leastZones(stack, context);
      const zones = new Set(members.map((member) => zoneOf(member)));
      return zones.size >= least
        ? []
        : [{ message: `${service} stands in ${zones.size} zone${zones.size === 1 ? "" : "s"}, not in ${least}` }];
    }),
});

const SPREAD = stackRule({
  name: "data-zones-spread",
  description: "Replicas of a data service are spread evenly: no zone holds more than a third of them, or one of two.",
  why: "Where a zone holds a majority, its loss stops the others as well: they can't elect.",
  severity: "high",
  ids: [],
  fix: "Put each replica into a zone of its own.",
  judge: (stack) =>
    perService(stack, (service, members) => {
      const byZone = groupBy(members, (member) => zoneOf(member));
      const most = members.length < 3 ? 1 : Math.ceil(members.length / 3);
      return [...byZone].flatMap(([zone, here]) =>
        here.length <= most
          ? []
          : [{ message: `${here.length} of ${members.length} ${service} in ${zone}: ${names(here)}; at most ${most}` }],
      );
    }),
});

const QUORUM = stackRule({
  name: "data-quorum-odd",
  description: "The voters of a data service (etcd, Sentinel, Neo4j) are odd in number, or several groups of three.",
  why: "An even number survives no more losses than one less, and can split into halves of which none may elect.",
  severity: "high",
  ids: [],
  fix: "Run one member, three, or three for each shard.",
  judge: (stack) =>
    perService(stack, (service, { length }) =>
      length % 2 === 1 || length % 3 === 0 ? [] : [{ message: `${service} has ${length} voters, an even number` }],
    ),
});

const APART = stackRule({
  name: "data-replicas-apart",
  description: "No two replicas of a service share a node.",
  why: "Two replicas on one machine are lost together: they cost twice and protect against nothing.",
  severity: "critical",
  ids: [],
  fix: "Attach each replica's data disk to a node of its own.",
  judge: (stack) => {
    const disks = stack.of(...DISKS).map((disk) => ({ service: shareOf(disk), host: diskHost(stack, disk), disk }));
    const placed = disks.filter(({ host, service }) => host !== undefined && service !== "shared");
    return [...groupBy(placed, ({ host, service }) => `${host!.urn} ${service}`).values()].flatMap((here) =>
      here.length === 1
        ? []
        : [
            fault(
              here[0]!.host!,
              `holds ${here.length} members of ${here[0]!.service}: ${names(here.map(({ disk }) => disk))}`,
            ),
          ],
    );
  },
});

const IS_SPOT: Readonly<Record<Cloud, (values: ResourceValues) => boolean>> = {
  aws: (values) => values.has("instanceMarketOptions"),
  gcp: (values) =>
    values.flag("scheduling.preemptible") === true || values.text("scheduling.provisioningModel") === "SPOT",
};

const NO_SPOT = resourceRule({
  name: "data-not-spot",
  description: "Machines that hold data are never spot or preemptible.",
  why: "The cloud takes a spot machine back on two minutes' notice, also the primary, also all at once.",
  severity: "critical",
  ids: [],
  fix: "Use spot capacity for the API only (`apiSpotPercent`).",
  types: [...INSTANCES, AWS_TEMPLATE, ...GCP_TEMPLATES],
  judge: (subject) => {
    const { type, values } = subject;
    if (shareOf(subject) === "api") {
      return [];
    }
    const cloud = cloudOfType(type);
    return unless(cloud === undefined || !IS_SPOT[cloud](values), "is a spot machine and not the API's");
  },
});

const GROUP_ZONES = stackRule({
  name: "api-zones",
  description: "The API's scaling group spans two zones or more where the tier is highly available.",
  why: "A group in one zone is down with it, whatever it would start.",
  severity: "high",
  ids: ["AutoScaling.2"],
  fix: "Give the group a subnet in each zone.",
  judge: (stack, context) => {
    const least = leastZones(stack, context);
    const aws = stack.of(AWS_SCALING_GROUP).map((group) => ({ group, zones: awsZones(group, "vpcZoneIdentifiers") }));
    const gcp = stack
      .of(...GCP_GROUPS)
      .map((group) => ({ group, zones: new Set(group.values.strings("distributionPolicyZones")) }));
    return [...aws, ...gcp].flatMap(({ group, zones }) =>
      zones.size >= least ? [] : [fault(group, `spans ${zones.size} zone(s), not ${least}`)],
    );
  },
});

const BALANCER_ZONES = stackRule({
  name: "aws-load-balancer-zones",
  description: "A load balancer stands in two zones or more.",
  why: "It is the only way to the API: in one zone it fails with it. (Google's external load balancer is in all of them.)",
  severity: "high",
  ids: ["ELB.13", "CKV_AWS_152"],
  fix: "Give the load balancer a subnet in each of two zones.",
  judge: (stack) =>
    stack.of("aws:lb/loadBalancer:LoadBalancer").flatMap((balancer) => {
      const { size } = awsZones(balancer, "subnets");
      return size >= 2 ? [] : [fault(balancer, `stands in ${size} zone(s), not two`)];
    }),
});

const DISRUPTION = stackRule({
  name: "kubernetes-disruption-budget",
  description: "Every deployment has a PodDisruptionBudget.",
  why: "Without one, draining nodes for an upgrade may stop all containers at once.",
  severity: "medium",
  ids: [],
  fix: "Add a PodDisruptionBudget whose selector matches the deployment's pods.",
  judge: (stack) => {
    const guarded = stack
      .of("kubernetes:policy/v1:PodDisruptionBudget")
      .map(({ values }) => values.texts("spec.selector.matchLabels"));
    return stack.of("kubernetes:apps/v1:Deployment").flatMap((deployment) => {
      const labels = new Map(deployment.values.texts("spec.template.metadata.labels"));
      const covered = guarded.some(
        (selector) => selector.length > 0 && selector.every(([name, value]) => labels.get(name) === value),
      );
      return covered ? [] : [fault(deployment, "no PodDisruptionBudget selects its pods")];
    });
  },
});

const POD_SPREAD = resourceRule({
  name: "kubernetes-zone-spread",
  description: "Deployments spread their pods over zones.",
  why: "The scheduler is free to put all of them into one zone otherwise.",
  severity: "medium",
  ids: [],
  fix: "Add a topologySpreadConstraint over topology.kubernetes.io/zone.",
  types: ["kubernetes:apps/v1:Deployment"],
  judge: ({ values }) =>
    unless(
      values
        .list("spec.template.spec.topologySpreadConstraints")
        .some((constraint) => constraint.text("topologyKey") === "topology.kubernetes.io/zone"),
      "no topologySpreadConstraint over zones",
    ),
});

const REPAIRED = resourceRule({
  name: "gcp-machine-restarts",
  description: "Machines that hold data are restarted and migrated by Google Compute Engine.",
  why: "Otherwise maintenance of a host ends a database until somebody notices.",
  severity: "medium",
  ids: [],
  fix: 'Set scheduling.automaticRestart to true and onHostMaintenance to "MIGRATE".',
  types: [GCP_INSTANCE],
  judge: ({ values }) => [
    ...unless(values.flag("scheduling.automaticRestart") !== false, "automaticRestart is off"),
    ...unless(
      (values.text("scheduling.onHostMaintenance") ?? "MIGRATE") === "MIGRATE",
      "is terminated for maintenance",
    ),
  ],
});

/** What survives which loss. */
export const AVAILABILITY_RULES: readonly Rule[] = [
  ZONE_COUNT,
  SPREAD,
  QUORUM,
  APART,
  NO_SPOT,
  GROUP_ZONES,
  BALANCER_ZONES,
  DISRUPTION,
  POD_SPREAD,
  REPAIRED,
];

function leastZones(stack: StackView, context: Context): number {
  const tier = stackTier(stack, context);
  return tier === undefined ? 1 : TIERS[tier].dataZones;
}

function perService(
  stack: StackView,
  judge: (service: DataServiceName, members: readonly StackResource[]) => PolicyFault[],
): PolicyFault[] {
  return DATA_SERVICES.flatMap((service) => {
    const members = membersOf(stack, service);
    return members.length === 0 ? [] : judge(service, members);
  });
}

/** Zones of the subnets that a property refers to. */
function awsZones(subject: StackResource, property: string): Set<string> {
  const zones = subject.references(property).map(({ values }) => values.text("availabilityZone"));
  return new Set(zones.filter((zone) => zone !== undefined));
}

function names(subjects: readonly StackResource[]): string {
  return subjects.map(({ name }) => name).join(", ");
}
