import type { StackPlan } from "../../stacks/plan";
import type { JudgedPlan } from "../judged-plan";
import type { Recorded } from "../record";
import { wantedBootstraps } from "./wanted";

/** A stack before or after a change: what the plan and its resources say, without the cloud. */
export interface Side {
  readonly plan: StackPlan;
  readonly resources: readonly Recorded[];
  /** Planned bootstrap of each node and group, SHA-256. */
  readonly bootstraps: ReadonlyMap<string, string>;
}

export function sideOf({ plan, planned }: JudgedPlan): Side {
  return { plan, resources: planned.resources, bootstraps: wantedBootstraps(planned.resources) };
}
