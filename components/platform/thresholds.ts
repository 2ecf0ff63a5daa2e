/** When people are told about a budget: at a part of it in percent, spent already or forecast for the month. */
export interface Threshold {
  readonly percent: number;
  readonly spent: boolean;
}

/** Early enough to act, and when it is too late. Ours; the first is what auditors ask for at least. */
export const THRESHOLDS: readonly Threshold[] = Object.freeze([
  { percent: 80, spent: true },
  { percent: 100, spent: true },
  { percent: 100, spent: false },
]);
