import type { PriceBook } from "../prices/book";
import { HOURS_PER_MONTH } from "../prices/book";
import type { Estimate } from "../line";

/** Baseline of a burstable type per vCPU, by size. Source: EC2 user guide, burstable instances, key concepts. */
const BASELINE: Readonly<Record<string, number>> = {
  nano: 0.05,
  micro: 0.1,
  small: 0.2,
  medium: 0.2,
  large: 0.3,
  xlarge: 0.4,
  "2xlarge": 0.4,
};

/** The baseline of a stack's burstable machines, and the price of exceeding it. */
export interface CreditRow {
  readonly type: string;
  readonly count: number;
  readonly vcpu: number;
  /** vCPUs that each can use continuously. Above the baseline it spends saved credits, then is throttled. */
  readonly baselineVcpu: number;
  /** Cents a month for all of them with cpuCredits "unlimited" at full load. */
  readonly unlimitedCents: number;
}

const BURSTABLE = /^t\d[a-z]?\./;

/** The burstable machines of an estimate, by type. */
export function creditRows({ lines }: Estimate, book: PriceBook): CreditRow[] {
  const counts = new Map<string, number>();
  for (const { machine, count } of lines) {
    if (machine !== undefined && BURSTABLE.test(machine.type)) {
      counts.set(machine.type, (counts.get(machine.type) ?? 0) + count);
    }
  }
  const surplus = book.service("credits.surplus");
  return [...counts].sort().map(([type, count]) => {
    const vcpu = book.instance(type)!.vcpu;
    const baselineVcpu = vcpu * (BASELINE[type.split(".")[1]!] ?? 0);
    const hours = (vcpu - baselineVcpu) * HOURS_PER_MONTH;
    return { type, count, vcpu, baselineVcpu, unlimitedCents: count * Math.round((surplus?.of(hours) ?? 0) * 100) };
  });
}
