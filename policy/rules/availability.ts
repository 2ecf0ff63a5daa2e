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
  why: "A zone failure takes down every service that runs in that zone only.",
  severity: "high",
  ids: [],
  fix: "Set `highAvailability: true` and `zones: 3`, or waive the policy for a stack that may be lost.",
  judge: (stack, context) =>
    perService(stack, (service, members) => {
      const least = leastZones(stack, context);
      const zones = new Set(members.map((member) => zoneOf(member)));
      return zones.size >= least
        ? []
        : [{ message: `${service} spans ${zones.size} zone${zones.size === 1 ? "" : "s"}, not ${least}` }];
    }),
});

const SPREAD = stackRule({
  name: "data-zones-spread",
  description: "Replicas of a data service are spread evenly: no zone holds more than a third of them, or one of two.",
  why: "If one zone holds a majority, losing it leaves the other members without a quorum.",
  severity: "high",
  ids: [],
  fix: "Place each replica in a different zone.",
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
  description: "A data service (etcd, Sentinel, Neo4j) has an odd number of voters, or several groups of three.",
  why: "An even number of voters tolerates no more failures than one voter fewer, and can split into two halves without a majority.",
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
  why: "Two replicas on one machine fail together: double the cost, no protection.",
  severity: "critical",
  ids: [],
  fix: "Attach each replica's data disk to a separate node.",
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
  description: "Machines that hold data are not spot or preemptible instances.",
  why: "The cloud reclaims spot instances on two minutes' notice or less: possibly the primary, possibly all members at once.",
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
    return unless(cloud === undefined || !IS_SPOT[cloud](values), "is a spot instance and does not run the API");
  },
});

const GROUP_ZONES = stackRule({
  name: "api-zones",
  description: "The API's scaling group spans as many zones as its tier promises.",
  why: "A scaling group in a single zone can't start replacements when that zone fails.",
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
  description: "A load balancer spans at least two zones.",
  why: "The load balancer is the only entry to the API; in a single zone it fails with the zone. (Google's external load balancer is global.)",
  severity: "high",
  ids: ["ELB.13", "CKV_AWS_152"],
  fix: "Give the load balancer a subnet in each of two zones.",
  judge: (stack) =>
    stack.of("aws:lb/loadBalancer:LoadBalancer").flatMap((balancer) => {
      const { size } = awsZones(balancer, "subnets");
      return size >= 2 ? [] : [fault(balancer, `spans ${size} zone(s), not two`)];
    }),
});

const DISRUPTION = stackRule({
  name: "kubernetes-disruption-budget",
  description: "Every Deployment is covered by a PodDisruptionBudget.",
  why: "Without a PodDisruptionBudget, draining nodes for an upgrade may evict all pods at once.",
  severity: "medium",
  ids: [],
  fix: "Add a PodDisruptionBudget whose selector matches the Deployment's pods.",
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
  description: "Deployments spread their pods across zones.",
  why: "Otherwise the scheduler may place all pods in one zone.",
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
  description: "Compute Engine restarts and live-migrates machines that hold data.",
  why: "Otherwise host maintenance stops a database until an operator restarts it.",
  severity: "medium",
  ids: [],
  fix: 'Set scheduling.automaticRestart to true and onHostMaintenance to "MIGRATE".',
  types: [GCP_INSTANCE],
  judge: ({ values }) => [
    ...unless(values.flag("scheduling.automaticRestart") !== false, "automaticRestart is off"),
    ...unless(
      (values.text("scheduling.onHostMaintenance") ?? "MIGRATE") === "MIGRATE",
      "is terminated for host maintenance",
    ),
  ],
});

/** Rules on what survives the loss of a machine or zone. */
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
