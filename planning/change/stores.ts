import { openBucket } from "../../stacks/objects";
import type { StackPlan } from "../../stacks/plan";
import type { StackStores } from "./observed";

/** Opens the buckets of a deployed stack with the deployer's credentials. */
export async function openStores({ spec }: StackPlan): Promise<StackStores> {
  const [bootstrap, backups] = await Promise.all([openBucket(spec, "bootstrap"), openBucket(spec, "backups")]);
  return { bootstrap, backups };
}
