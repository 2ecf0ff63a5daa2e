import type { StackPlan } from "../../stacks/plan";
import type { StackStores } from "./observed";

/** Opens the buckets of a deployed stack with the deployer's credentials. */
export function openStores(plan: StackPlan): Promise<StackStores> {
  throw new Error(`no access to ${plan.spec.stack}`);
}
