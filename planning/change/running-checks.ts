import type { StackPlan } from "../../stacks/plan";
import { reading, type Reading } from "./access";
import { backupChecks, newestBackups } from "./backup-checks";
import type { Check } from "./check";
import { nodeChecks } from "./node-checks";
import { observe, watchedNodes, type Observed, type StackStores, type Watched } from "./observed";

/** The running stack and how to read it. */
export interface Running {
  readonly plan: StackPlan;
  /** Its buckets, or why they cannot be read. */
  readonly stores: Reading<StackStores>;
  /** Default: every node of the plan. */
  readonly watched?: readonly Watched[];
  /** Bootstraps that the config plans, by node. Undefined: the stored orders count. */
  readonly bootstraps?: ReadonlyMap<string, string>;
}

/** What a running stack looks like. */
export interface Look {
  readonly observed: Reading<Observed>;
  readonly checks: readonly Check[];
}

/** Seconds to wait for the nodes' answers: three of the intervals at which they look for requests. */
const ANSWER_SECONDS = 30;

/** Asks the nodes for their status and judges it. */
export async function nodeLook(
  { plan, stores, watched = watchedNodes(plan), bootstraps }: Running,
  progress: (what: string) => void,
): Promise<Look> {
  const observed = await from(stores, ({ bootstrap }) =>
    observe(bootstrap, watched, { seconds: ANSWER_SECONDS, progress }),
  );
  const { stack, cloud } = plan.spec;
  return {
    observed,
    checks: nodeChecks(observed, { stack, cloud, ...(bootstraps === undefined ? {} : { bootstraps }) }),
  };
}

/** Judges the age of the backups. */
export async function backupLook({ plan, stores }: Running, now: Date): Promise<Check[]> {
  return backupChecks(await from(stores, ({ backups }) => newestBackups(backups, plan)), plan, now);
}

function from<T>(stores: Reading<StackStores>, read: (stores: StackStores) => Promise<T>): Promise<Reading<T>> {
  return "value" in stores ? reading(() => read(stores.value)) : Promise.resolve(stores);
}
