import type { Cloud } from "../../components/model/cloud";
import { familyOf, type MachineType } from "../../components/model/machine-types";
import type { StackPlan } from "../../stacks/plan";
import type { NodeChange } from "./nodes";
import type { ApiChange } from "./api";
import type { Side } from "./side";

/** What a stack uses of one of the cloud's quotas, counting scaling groups at their maximum. */
export interface QuotaUse {
  /** The quota's code (AWS) or metric (Google Cloud). */
  readonly code: string;
  readonly name: string;
  readonly before: number;
  readonly after: number;
  /** The most that is in use at any time of the change. */
  readonly peak: number;
  /** Prints the quota's limit, for the account or project of the credentials. */
  readonly command: string;
}

interface Quota {
  readonly code: string;
  readonly name: string;
}

/** Quota of the vCPUs of a family. Sources: Service Quotas of EC2; "CPU quota" in the documentation of Compute Engine. */
const VCPUS: Readonly<Record<Cloud, (family: string) => Quota>> = {
  // Every family of the price list is a standard one: A, C, D, H, I, M, R, T, Z share one quota.
  aws: () => ({ code: "L-1216C47A", name: "vCPUs of running on-demand standard instances" }),
  gcp: (family) => {
    const code = SHARED_CPUS.includes(family) ? "CPUS" : `${family.toUpperCase()}_CPUS`;
    return { code, name: `vCPUs of ${family.toUpperCase()} and types with the same quota` };
  },
};

/** Google Cloud families without a separate quota. */
const SHARED_CPUS: readonly string[] = ["e2", "n1"];

/** Resource types of public addresses, and their quota. */
const ADDRESSES: Readonly<Record<Cloud, Quota & { readonly types: readonly string[] }>> = {
  aws: { code: "L-0263D0A3", name: "Elastic IP addresses", types: ["aws:ec2/eip:Eip"] },
  gcp: {
    code: "STATIC_ADDRESSES",
    name: "global static addresses",
    types: ["gcp:compute/globalAddress:GlobalAddress"],
  },
};

const COMMANDS: Readonly<Record<Cloud, (code: string, region: string) => string>> = {
  aws: (code, region) =>
    `aws service-quotas get-service-quota --service-code ec2 --quota-code ${code} --region ${region} --query Quota.Value`,
  gcp: (code, region) =>
    `gcloud compute ${code === ADDRESSES.gcp.code ? "project-info describe" : `regions describe ${region}`} --flatten "quotas[]" --format "value(quotas.metric, quotas.limit, quotas.usage)" | grep -w ${code}`,
};

/** What a change uses of the cloud's quotas, before, after and at most during it. */
export function quotaUses(
  before: Side,
  after: Side,
  changes: { readonly nodes: readonly NodeChange[]; readonly api: readonly ApiChange[] },
): QuotaUse[] {
  const { cloud, region } = after.plan.spec;
  // Another cloud's stack uses none of this cloud's quotas.
  const from = before.plan.spec.cloud === cloud ? before : undefined;
  const machines = [from, after].map((side) => (side === undefined ? [] : machinesOf(side.plan)));
  machines.push(from === undefined ? [] : duringChange(from.plan, after.plan, changes));
  const quotas = new Map(machines.flat().map(({ machine }) => [quotaOf(cloud, machine).code, quotaOf(cloud, machine)]));
  const vcpus = [...quotas.values()].map((quota) => {
    const [now, then, most] = machines.map((side) => vcpusOf(side, cloud, quota.code));
    return use(quota, now!, then!, Math.max(now!, then!, most!));
  });
  const addresses = [before, after].map(
    ({ resources }) => resources.filter(({ type }) => ADDRESSES[cloud].types.includes(type)).length,
  );
  return [...vcpus, use(ADDRESSES[cloud], addresses[0]!, addresses[1]!, Math.max(...addresses))];

  function use({ code, name }: Quota, now: number, then: number, peak: number): QuotaUse {
    return { code, name, before: now, after: then, peak, command: COMMANDS[cloud](code, region) };
  }
}

interface Machines {
  readonly name: string;
  readonly machine: MachineType;
  readonly count: number;
}

function machinesOf({ nodes, apiGroup, cluster }: StackPlan): Machines[] {
  return [
    ...nodes.map(({ name, machine }) => ({ name, machine, count: 1 })),
    ...(apiGroup === undefined ? [] : [{ name: "api", machine: apiGroup.machine, count: apiGroup.maxNodes }]),
    ...(cluster === undefined ? [] : [{ name: "cluster", machine: cluster.machine, count: cluster.nodes }]),
  ];
}

/**
 * The most machines at the same time. A node is its old or its new type; deleted nodes run until the end of the update; the
 * new members of a scaling group start while all old ones run.
 */
function duringChange(
  before: StackPlan,
  after: StackPlan,
  { nodes, api }: { readonly nodes: readonly NodeChange[]; readonly api: readonly ApiChange[] },
): Machines[] {
  const [old, current] = [machinesOf(before), machinesOf(after)];
  const sameNode = new Set(nodes.filter(({ from, to }) => from !== "" && to !== "").map(({ node }) => node));
  const surges = api.some(({ action }) => action === "members replaced" || action === "moves");
  return [
    ...current.map((each) =>
      larger(each, sameNode.has(each.name) ? old.find(({ name }) => name === each.name) : undefined),
    ),
    ...old.filter(({ name }) => !current.some((each) => each.name === name) || (name === "api" && surges)),
  ];
}

function larger(one: Machines, other: Machines | undefined): Machines {
  return other !== undefined && other.machine.vcpu > one.machine.vcpu ? other : one;
}

function quotaOf(cloud: Cloud, machine: MachineType): Quota {
  return VCPUS[cloud](familyOf(cloud, machine.name));
}

function vcpusOf(machines: readonly Machines[], cloud: Cloud, code: string): number {
  return machines
    .filter(({ machine }) => quotaOf(cloud, machine).code === code)
    .reduce((total, { machine, count }) => total + machine.vcpu * count, 0);
}
