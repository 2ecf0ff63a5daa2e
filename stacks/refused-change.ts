import { describe, line, shown, type Problem } from "./config/report";
import type { StackSpec } from "./config/spec";
import type { StackPlan } from "./plan";

/** Why each of these settings can't change. */
const FIXED = {
  stack: "every name contains the stack's name: all resources would be replaced",
  cloud: "the new cloud would get an empty stack, and the old one would be deleted",
  region: "every resource would be created in the new region, without the data",
  account: "every resource would be created in the new account, without the data",
  networkCidr: "the network, all nodes and the load balancer would be replaced",
  bucketSuffix: "buckets can't be renamed: new ones would be empty, without the backups",
  kmsKey: "a disk can't change its key: empty disks would replace the data disks",
} as const satisfies Partial<Record<keyof StackSpec, string>>;

/** What a stack's data depends on. The root component holds it as inputs, so that an update can compare. */
export interface DataSettings extends Pick<StackSpec, keyof typeof FIXED | "deletionProtection"> {
  /** Data disks by role name. */
  readonly disks: Readonly<Record<string, Disk>>;
}

interface Disk {
  readonly service: string;
  readonly sizeGiB: number;
}

export function dataSettings({ spec, placed }: Pick<StackPlan, "spec" | "placed">): DataSettings {
  const { stack, cloud, region, account, networkCidr, bucketSuffix, kmsKey, deletionProtection } = spec;
  return {
    ...{ stack, cloud, region, account, networkCidr, bucketSuffix, kmsKey, deletionProtection },
    disks: Object.fromEntries(
      placed.flatMap(({ role: { name, service, disk } }) =>
        disk === undefined ? [] : [[name, { service, sizeGiB: disk.sizeGiB }]],
      ),
    ),
  };
}

/** A change that would destroy data, or that the clouds refuse half-way. Lists every problem. */
export class RefusedChange extends Error {
  override readonly name = "RefusedChange";

  constructor(
    stack: string,
    readonly problems: readonly Problem[],
  ) {
    const moves = problems.some(({ key }) => key in FIXED);
    super(
      [
        `Stack ${JSON.stringify(stack)} can't change like this. Nothing was changed.`,
        ...problems.map(describe),
        ...(moves ? ['How to move a stack: README.md, "Move a stack".'] : []),
      ].join("\n\n"),
    );
  }
}

/**
 * Why a deployed stack can't become another one. Pure.
 * @param before as stored by the last update; stacks of earlier versions lack some or all of it
 */
export function refusedChanges(before: Partial<DataSettings>, after: DataSettings): Problem[] {
  return [...fixedSettings(before, after), ...diskProblems(before, after)];
}

function fixedSettings(before: Partial<DataSettings>, after: DataSettings): Problem[] {
  return (Object.keys(FIXED) as (keyof typeof FIXED)[])
    .filter((key) => before[key] !== undefined && before[key] !== after[key])
    .filter((key) => key !== "account" || (before.account !== "" && after.account !== ""))
    .map((key) => ({
      key,
      value: shown(after[key]),
      reason: FIXED[key],
      allowed: `${shown(before[key])}, as deployed`,
      example: key === "stack" ? `pulumi stack rename ${before.stack}` : `${key}: ${shown(before[key])}`,
    }));
}

function diskProblems(before: Partial<DataSettings>, after: DataSettings): Problem[] {
  const deployed = Object.entries(before.disks ?? {});
  const gone = deployed.map(([name]) => name).filter((name) => after.disks[name] === undefined);
  const shrunk = deployed.filter(([name, { sizeGiB }]) => sizeGiB > (after.disks[name]?.sizeGiB ?? sizeGiB));
  const services = new Set(shrunk.map(([, { service }]) => service));
  return [
    ...[...services].map((service) => tooSmall(service, shrunk, after)),
    ...deleted(gone, before.deletionProtection === true, after.deletionProtection),
  ];
}

function tooSmall(of: string, shrunk: readonly [string, Disk][], after: DataSettings): Problem {
  const disks = shrunk.filter(([, { service }]) => service === of);
  const [[first, { sizeGiB }]] = disks as [[string, Disk]];
  const key = `overrides.${of}.diskGiB`;
  return {
    key,
    value: shown(after.disks[first]!.sizeGiB),
    reason: `the data disks of ${disks.map(([name]) => name).join(", ")} have ${sizeGiB} GiB, and disks can't shrink`,
    allowed: `${sizeGiB} or more`,
    example: line(key, String(sizeGiB)),
  };
}

function deleted(names: readonly string[], wasOn: boolean, isOn: boolean): Problem[] {
  return names.length === 0 || (!wasOn && !isOn)
    ? []
    : [
        {
          key: "deletionProtection",
          value: shown(isOn),
          reason: `the members ${names.join(", ")} and their data disks would be deleted, and the disks are protected`,
          allowed: "members that leave only after an update with deletionProtection: false",
          example: "pulumi config set deletionProtection false && pulumi up, before the change",
        },
      ];
}
