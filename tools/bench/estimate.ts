import { performance } from "node:perf_hooks";
import { estimate } from "../../cost/estimate";
import { priceBook } from "../../cost/prices/book";
import { plannedResources, type CloudResource } from "../../cost/resource";
import { usageOf } from "../../cost/usage";
import { planFrom, planResources } from "../../planning/plan";
import { copyOf, median } from "./measure";

/** Time to estimate a number of resources. */
export interface EstimateFigure {
  readonly resources: number;
  readonly lines: number;
  readonly milliseconds: number;
  /** Per resource: constant if the time is linear. */
  readonly microsecondsEach: number;
}

const SIZES = [1_000, 10_000] as const;

/** Times estimates of a planned stack's resources, copied under other names to reach each size. */
export async function benchEstimate(stack: string, rounds: number): Promise<EstimateFigure[]> {
  const plan = planFrom(stack, []);
  const planned = plannedResources((await planResources(plan)).resources);
  const args = { book: priceBook(plan.spec.cloud), usage: usageOf(plan.spec.tier) };
  const stacks = SIZES.map((size) => multiplied(planned, size));
  const milliseconds = stacks.map((): number[] => []);
  let lines: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    lines = stacks.map((resources, index) => {
      const start = performance.now();
      const priced = estimate(resources, args);
      if (round > 0) {
        milliseconds[index]!.push(performance.now() - start);
      }
      return priced.lines.length;
    });
  }
  return stacks.map((resources, index) => {
    const time = median(milliseconds[index]!);
    return {
      resources: resources.length,
      lines: lines[index]!,
      milliseconds: time,
      microsecondsEach: (time * 1000) / resources.length,
    };
  });
}

/** `size` resources: copies of a stack, renamed consistently; the last copy may be partial. */
function multiplied(resources: readonly CloudResource[], size: number): CloudResource[] {
  return Array.from({ length: size }, (_, index) => {
    const resource = resources[index % resources.length]!;
    const copy = `-${Math.floor(index / resources.length)}`;
    return copyOf(resource, copy);
  });
}
