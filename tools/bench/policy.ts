import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { judgeAll } from "../../policy/judge";
import { RULES } from "../../policy/rules";
import { contextOf, today } from "../../policy/settings";
import { viewOf } from "../../planning/policy/view";
import { planFrom, planResources } from "../../planning/plan";
import type { Judged } from "../../planning/record";
import { copyOf, median, type Subject } from "./measure";

/** Time to judge a number of resources. */
export interface PolicyFigure {
  readonly resources: number;
  readonly milliseconds: number;
  /** Per resource: constant if the time is linear. */
  readonly microsecondsEach: number;
}

const SIZES = [100, 1_000, 10_000] as const;

/** Times the whole pack on a planned stack's resources, copied under other names to reach each size. */
export async function benchPolicy(stack: string, rounds: number): Promise<PolicyFigure[]> {
  const plan = planFrom(stack, []);
  const { judged } = await planResources(plan);
  const context = contextOf({ stack, tier: plan.spec.tier, today: today() });
  const views = SIZES.map((size) => multiplied(judged(), size));
  const milliseconds = SIZES.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    views.forEach((resources, index) => {
      const start = performance.now();
      judgeAll(RULES, viewOf(resources), context);
      if (round > 0) {
        milliseconds[index]!.push(performance.now() - start);
      }
    });
  }
  return SIZES.map((resources, index) => {
    const time = median(milliseconds[index]!);
    return { resources, milliseconds: time, microsecondsEach: (time * 1000) / resources };
  });
}

/** `size` resources: copies of a stack, renamed consistently; the last copy may be partial. */
function multiplied(resources: readonly Judged[], size: number): Judged[] {
  return Array.from({ length: size }, (_, index) => {
    const resource = resources[index % resources.length]!;
    const copy = `-${Math.floor(index / resources.length)}`;
    const references = Object.entries(resource.references).map(([property, urns]) => [
      property,
      urns.map((urn) => urn + copy),
    ]);
    return {
      ...copyOf(resource, copy),
      references: Object.fromEntries(references) as Judged["references"],
    };
  });
}

const START = join(__dirname, "start-pack.js");

/** Start of the pack, against a pack without policies. */
export const PACKS: readonly Subject[] = [
  { name: "empty policy pack", command: ["node", START, join(__dirname, "empty-pack")] },
  { name: "this policy pack", command: ["node", START, join(__dirname, "../../policy")] },
];
