/**
 * Milliseconds that a store may be unreachable, once it has been reached, before the worker reports unready. All nodes use the
 * same stores: if a failover made them unready, the load balancer would have no healthy targets and would also reject requests
 * that need no store. Longer than the failovers measured by the drills.
 */
export const TOLERANCE_MS = 45_000;
/** Milliseconds for which a result is reused: load balancers poll every few seconds from many places. */
const FRESH_MS = 1000;

/** Whether requests can be served. A worker becomes ready once it has reached all stores, and then tolerates failovers. */
export class Readiness {
  private readonly answered = new Map<string, number>();
  private asked: { readonly at: number; readonly silent: Promise<string[]> } | undefined;
  private leaving = false;

  constructor(
    private readonly stores: readonly string[],
    private readonly ask: () => Promise<string[]>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Reports unready from now on: the process is shutting down. */
  leave(): void {
    this.leaving = true;
  }

  /** The reasons why it is unready. Empty when it is ready. */
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
