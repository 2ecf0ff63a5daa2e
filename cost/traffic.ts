import { HOURS_PER_MONTH } from "./money";
import type { Usage } from "./usage";

/** Queries of a month. */
export function queriesOf({ queriesPerHour }: Usage): number {
  return queriesPerHour * HOURS_PER_MONTH;
}

export function kibToGiB(kib: number): number {
  return kib / 2 ** 20;
}

/** GiB a month through the balancer, both ways. */
export function balancedGiB(usage: Usage): number {
  return kibToGiB(queriesOf(usage) * (usage.requestKiB + usage.responseKiB));
}

/** GiB a month to the internet. */
export function sentGiB(usage: Usage): number {
  return kibToGiB(queriesOf(usage) * usage.responseKiB);
}

/** GiB a month into each replica. */
export function replicatedGiB(usage: Usage): number {
  return kibToGiB(queriesOf(usage) * usage.writtenKiB);
}

export function loggedGiB(usage: Usage): number {
  return kibToGiB(queriesOf(usage) * usage.loggedKiB);
}

export function backupsGiB({ dataGiB, backupRatio }: Usage): number {
  return dataGiB * backupRatio;
}
