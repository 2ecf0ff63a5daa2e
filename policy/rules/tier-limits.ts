import { familyOf } from "../../components/model/machine-types";
import { SERVICES } from "../../components/model/role";
import { atMost, stackTier, tierOf, type Context } from "../context";
import { BOOT_DISK_GIB, LIMITS, type Share, type TierLimits } from "../limits";
import {
  AWS_INSTANCE,
  AWS_TEMPLATE,
  DISKS,
  GCP_INSTANCE,
  GCP_TEMPLATES,
  machineOf,
  MACHINES,
  shareOf,
  startedMachines,
  typeOf,
  type Started,
} from "../machines";
import { fault, resourceRule, stackRule, unless, type PolicyFault, type Rule } from "../rule";
import type { StackView, ResourceView } from "../subject";

const SHARES: readonly Share[] = [...SERVICES, "shared"];
const RAISE = "Choose a smaller size in the stack's config, or a larger `tier`.";

const KNOWN = stackRule({
  name: "tier-known",
  description: "A stack names its tier, consistently in its config and labels.",
  why: "Without a tier, a stack has no limits and no budget to check against.",
  severity: "high",
  ids: [],
  fix: "Set `tier` in the stack's config, and label every resource with it.",
  judge: (stack, context) => {
    const tier = stackTier(stack, context);
    return tier === undefined ? [{ message: "the config names no tier, and the labels name none or several" }] : [];
  },
});

const FAMILY = resourceRule({
  name: "tier-machine-family",
  description: "Machines belong to the instance families that the tier allows.",
  why: "Burstable machines throttle under sustained load; accelerators and specialized families exceed every tier's budget.",
  severity: "high",
  ids: [],
  fix: "Choose a type from the tier's families: docs/configuration.md.",
  types: MACHINES,
  judge: (subject, context) => {
    const limits = limitsOf(subject, context);
    const type = typeOf(subject);
    if (limits === undefined || type === undefined) {
      return [];
    }
    const families = limits.families[type.cloud];
    return unless(
      families.includes(familyOf(type.cloud, type.name)),
      `${type.name} is in none of the tier's families: ${families.join(", ")}`,
    );
  },
});

const SIZE = resourceRule({
  name: "tier-machine-size",
  description: "No machine exceeds the tier's largest machine size.",
  why: "The tier sizes every service; a larger machine belongs to a larger tier, at its price.",
  severity: "high",
  ids: [],
  fix: RAISE,
  types: MACHINES,
  judge: (subject, context) => {
    const limits = limitsOf(subject, context);
    const type = typeOf(subject);
    if (limits === undefined || type === undefined) {
      return [];
    }
    const { name } = type;
    const machine = machineOf(subject);
    if (machine === undefined) {
      return [`${name} is not in the catalogue, so its size is unknown`];
    }
    return [
      ...over(machine.vcpu, limits.node.vcpu, (sum, limit) => `${name}: ${sum} vCPU > ${limit} for one machine`),
      ...over(machine.memGiB, limits.node.memGiB, (sum, limit) => `${name}: ${sum} GiB > ${limit} for one machine`),
    ];
  },
});

const INSTANCE_LIMIT = "tier-instances";
const MACHINE_COUNT = stackRule({
  name: INSTANCE_LIMIT,
  description: "No service has more machines than the tier allows, counting scaling groups at their maximum.",
  why: "Every machine is billed each month; load that exceeds a tier's machines belongs in the next tier.",
  severity: "high",
  ids: [],
  fix: RAISE,
  parameters: countParameters((limits, share) => limits.services[share].instances),
  judge: (stack, context) =>
    perShare(stack, context, INSTANCE_LIMIT, "machines", (limits) => limits.instances, countOf),
});

const VCPU_LIMIT = "tier-vcpu";
const VCPU = stackRule({
  name: VCPU_LIMIT,
  description: "Neither a service nor the stack exceeds the tier's vCPUs.",
  why: "vCPUs make up most of the bill, and many small machines add up unnoticed.",
  severity: "high",
  ids: [],
  fix: RAISE,
  parameters: countParameters(
    (limits, share) => limits.services[share].vcpu,
    (limits) => limits.stack.vcpu,
  ),
  judge: (stack, context) => [
    ...perShare(stack, context, VCPU_LIMIT, "vCPU", (limits) => limits.vcpu, vcpuOf),
    ...whole(stack, context, VCPU_LIMIT, "vCPU", (limits) => limits.stack.vcpu, vcpuOf),
  ],
});

const MEMORY_LIMIT = "tier-memory";
const MEMORY = stackRule({
  name: MEMORY_LIMIT,
  description: "Neither a service nor the stack exceeds the tier's memory.",
  why: "Memory beyond the tier's settings is billed but unused.",
  severity: "high",
  ids: [],
  fix: RAISE,
  parameters: countParameters(
    (limits, share) => limits.services[share].memGiB,
    (limits) => limits.stack.memGiB,
  ),
  judge: (stack, context) => [
    ...perShare(stack, context, MEMORY_LIMIT, "GiB", (limits) => limits.memGiB, memoryOf),
    ...whole(stack, context, MEMORY_LIMIT, "GiB", (limits) => limits.stack.memGiB, memoryOf),
  ],
});

const DISK_LIMIT = "tier-data-disks";
const DATA_DISKS = stackRule({
  name: DISK_LIMIT,
  description: "Data disks don't exceed the tier's limits, individually and per service.",
  why: "A disk can't shrink: an oversized one is billed until its data is moved.",
  severity: "medium",
  ids: [],
  fix: "Lower `overrides.<service>.diskGiB` before the disk is created.",
  parameters: countParameters((limits, share) => limits.services[share].disksGiB),
  judge: (stack, context) => {
    const limits = stackLimits(stack, context);
    if (limits === undefined) {
      return [];
    }
    const disks = stack.of(...DISKS).map((subject) => ({
      subject,
      share: shareOf(subject),
      sizeGiB: subject.values.number("size") ?? 0,
    }));
    const single = disks.flatMap(({ subject, share, sizeGiB }) =>
      over(
        sizeGiB,
        limits.services[share].diskGiB,
        (sum, limit) => `${sum} GiB > ${limit} for a data disk of ${share}`,
      ).map((message) => fault(subject, message)),
    );
    return [
      ...single,
      ...SHARES.flatMap((share) => {
        const own = disks.filter((disk) => disk.share === share);
        const limit = atMost(context, DISK_LIMIT, share, limits.services[share].disksGiB);
        return sums(`${share}, data disks`, "GiB", limit, own, ({ sizeGiB }) => sizeGiB);
      }),
    ];
  },
});

const BOOT_DISK = resourceRule({
  name: "tier-boot-disk",
  description: `Boot disks have at most ${BOOT_DISK_GIB} GiB.`,
  why: "Data belongs on a data disk; a large boot disk is billed per machine and deleted with it.",
  severity: "low",
  ids: [],
  fix: "Put data on a data disk.",
  types: MACHINES,
  judge: (subject) =>
    bootDisksGiB(subject).flatMap((sizeGiB) =>
      over(sizeGiB, BOOT_DISK_GIB, (sum, limit) => `boot disk: ${sum} GiB > ${limit}`),
    ),
});

/** Rules on the limits of a tier. */
export const TIER_RULES: readonly Rule[] = [KNOWN, FAMILY, SIZE, MACHINE_COUNT, VCPU, MEMORY, DATA_DISKS, BOOT_DISK];

function limitsOf(subject: ResourceView, context: Context): TierLimits | undefined {
  const tier = tierOf(subject, context);
  return tier === undefined ? undefined : LIMITS[tier];
}

function stackLimits(stack: StackView, context: Context): TierLimits | undefined {
  const tier = stackTier(stack, context);
  return tier === undefined ? undefined : LIMITS[tier];
}

function bootDisksGiB({ type, values }: ResourceView): number[] {
  const sizes =
    type === AWS_INSTANCE
      ? [values.number("rootBlockDevice.volumeSize")]
      : type === AWS_TEMPLATE
        ? values.list("blockDeviceMappings").map((device) => device.number("ebs.volumeSize"))
        : type === GCP_INSTANCE
          ? [values.number("bootDisk.initializeParams.size")]
          : (GCP_TEMPLATES as readonly string[]).includes(type)
            ? values.list("disks").map((disk) => disk.number("diskSizeGb"))
            : [];
  return sizes.filter((size) => size !== undefined);
}

const countOf = ({ count }: Started): number => count;
const vcpuOf = ({ count, machine }: Started): number => count * (machine?.vcpu ?? 0);
const memoryOf = ({ count, machine }: Started): number => count * (machine?.memGiB ?? 0);

function perShare(
  stack: StackView,
  context: Context,
  rule: string,
  unit: string,
  limit: (limits: TierLimits["services"][Share]) => number,
  amount: (started: Started) => number,
): PolicyFault[] {
  const limits = stackLimits(stack, context);
  if (limits === undefined) {
    return [];
  }
  const machines = startedMachines(stack);
  return SHARES.flatMap((share) =>
    sums(
      share,
      unit,
      atMost(context, rule, share, limit(limits.services[share])),
      machines.filter((started) => started.share === share),
      amount,
    ),
  );
}

function whole(
  stack: StackView,
  context: Context,
  rule: string,
  unit: string,
  limit: (limits: TierLimits) => number,
  amount: (started: Started) => number,
): PolicyFault[] {
  const limits = stackLimits(stack, context);
  return limits === undefined
    ? []
    : sums("the stack", unit, atMost(context, rule, "stack", limit(limits)), startedMachines(stack), amount);
}

/** Reports an exceeded limit with the sum and its contributors, largest first. */
function sums<T extends { readonly subject: ResourceView }>(
  what: string,
  unit: string,
  limit: number,
  parts: readonly T[],
  amount: (part: T) => number,
): PolicyFault[] {
  const sum = parts.reduce((total, part) => total + amount(part), 0);
  return over(sum, limit, () => {
    const largest = [...parts].sort((a, b) => amount(b) - amount(a));
    return `${what}: ${sum} ${unit} > ${limit}: ${largest.map((part) => `${part.subject.name} ${amount(part)}`).join(", ")}`;
  }).map((message) => ({ message }));
}

function over(sum: number, limit: number, message: (sum: number, limit: number) => string): string[] {
  return sum > limit ? [message(sum, limit)] : [];
}

/** Parameters that lower the limit of a service or of the stack. Maximum: the highest limit of any tier. */
function countParameters(
  service: (limits: TierLimits, share: Share) => number,
  stack?: (limits: TierLimits) => number,
): NonNullable<Rule["parameters"]> {
  const parameter = (maximum: number, what: string): NonNullable<Rule["parameters"]>[string] => ({
    type: "number",
    minimum: 0,
    maximum,
    description: `Limit for ${what}, lower than the tier's.`,
  });
  const largest = (limit: (limits: TierLimits) => number): number => Math.max(...Object.values(LIMITS).map(limit));
  return Object.fromEntries([
    ...SHARES.map(
      (share) =>
        [
          share,
          parameter(
            largest((limits) => service(limits, share)),
            share,
          ),
        ] as const,
    ),
    ...(stack === undefined ? [] : [["stack", parameter(largest(stack), "the stack")] as const]),
  ]);
}
