/** A budget notification: at a percentage of the budget, of actual or forecast spend. */
export interface Threshold {
  readonly percent: number;
  readonly spent: boolean;
}

/** Ours: 80 % leaves time to act and is the minimum that auditors expect; 100 % reports an exceeded budget. */
export const THRESHOLDS: readonly Threshold[] = Object.freeze([
  { percent: 80, spent: true },
  { percent: 100, spent: true },
  { percent: 100, spent: false },
]);
