import type { StackPlan } from "../../stacks/plan";
import type { JudgedPlan } from "../judged-plan";
import type { Judged, Recorded } from "../record";
import { wantedBootstraps } from "./wanted";

export type SideResource = Recorded & Pick<Judged, "references">;

/** A stack before or after a change: what the plan and its resources say, without the cloud. */
export interface Side {
  readonly plan: StackPlan;
  /** With secrets, because a changed secret is a change. Only paths of inputs may be printed, never values. */
  readonly resources: readonly SideResource[];
  /** Planned bootstrap of each node and group, SHA-256. */
  readonly bootstraps: ReadonlyMap<string, string>;
}

export function sideOf({ plan, planned }: JudgedPlan): Side {
  const judged = new Map(planned.judged().map((resource) => [resource.urn, resource]));
  const resources = planned.resources.map((resource) => {
    const { inputs, references } = judged.get(resource.urn)!;
    return { ...resource, inputs, references };
  });
  return { plan, resources, bootstraps: wantedBootstraps(planned.judged()) };
}
