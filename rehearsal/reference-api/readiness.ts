/**
 * Milliseconds that a store which has answered may be silent before its absence counts. All nodes ask the same stores:
 * were a failover enough, the load balancer would find no node ready for as long as it takes, and refuse also what needs
 * no store. Longer than the failovers that the drills measure.
 */
export const TOLERANCE_MS = 45_000;
/** Milliseconds for which an answer is reused: load balancers ask every few seconds, from many places. */
const FRESH_MS = 1000;

/** Whether requests can be served. A worker that has never reached all stores isn't ready; one that has bears with them. */
export class Readiness {
  private readonly answered = new Map<string, number>();
  private asked: { readonly at: number; readonly silent: Promise<string[]> } | undefined;
  private leaving = false;

  constructor(
    private readonly stores: readonly string[],
    private readonly ask: () => Promise<string[]>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Takes no more requests: the process is about to end. */
  leave(): void {
    this.leaving = true;
  }

  /** What keeps it from being ready; empty when it is. */
  async missing(): Promise<string[]> {
    if (this.leaving) {
      return ["leaving"];
    }
    const at = this.now();
    if (this.asked === undefined || at - this.asked.at >= FRESH_MS) {
      this.asked = { at, silent: this.ask() };
    }
    const silent = await this.asked.silent;
    for (const store of this.stores.filter((name) => !silent.includes(name))) {
      this.answered.set(store, at);
    }
    return silent.filter((store) => at - (this.answered.get(store) ?? -Infinity) > TOLERANCE_MS);
  }
}
