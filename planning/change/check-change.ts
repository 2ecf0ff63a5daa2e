import type { StackPlan } from "../../stacks/plan";
import { judgedPlan, type JudgedPlan } from "../judged-plan";
import { readStackFile, UsageError } from "../stack-file";
import { reading, type Reading } from "./access";
import { backupChecks, newestBackups } from "./backup-checks";
import { confirmed, type Check } from "./check";
import { conditionChecks } from "./condition-checks";
import { drillChecks } from "./drill-checks";
import { readDrills, type StoredDrill } from "./drill-records";
import { nodeChecks } from "./node-checks";
import { observe, type StackStores } from "./observed";
import { changeReport, type ChangeReport } from "./report";
import { settingsOf } from "./way-back";
import { wantedBootstraps } from "./wanted";

export interface ChangeArgs {
  readonly stack: string;
  /** Config keys to change, as "key=value". */
  readonly settings: readonly string[];
  /** Ids of unknown checks to count as passed. */
  readonly confirm: readonly string[];
  /** Opens the stack's buckets. Omitted: they are not read. */
  readonly open?: (plan: StackPlan) => Promise<StackStores>;
  readonly progress: (what: string) => void;
  /** Default: the stored results. */
  readonly drills?: readonly StoredDrill[];
  /** Default: the present time. */
  readonly now?: Date;
}

/** Seconds to wait for the nodes' answers: twice the interval at which they look for requests, and a margin. */
const ANSWER_SECONDS = 30;

/**
 * Plans a change, reads the running stack and judges both. Throws UsageError, ConfigError or DoesNotFitError if the stack
 * cannot be planned.
 */
export async function checkChange(args: ChangeArgs): Promise<ChangeReport> {
  const { stack, settings, confirm, progress, drills = readDrills(), now = new Date() } = args;
  const file = readStackFile(stack);
  const before = await judgedPlan(stack);
  const after = await judgedPlan(stack, settings);
  const running = await runningChecks(before, args, now);
  const report = changeReport(
    { stack, before, after, settings: settingsOf(settings, file.values) },
    drills,
    now,
    (target) =>
      confirmed([...target, ...running, ...drillChecks(drills, now), ...conditionChecks(before.plan, now)], confirm),
  );
  assertKnown(confirm, report.checks);
  progress("done");
  return report;
}

/** The checks of the stack as it runs. */
async function runningChecks(
  { plan, planned }: JudgedPlan,
  { open, progress }: ChangeArgs,
  now: Date,
): Promise<Check[]> {
  progress("reading the stack's buckets");
  const stores: Reading<StackStores> =
    open === undefined ? { problem: "not read (--offline)" } : await reading(() => open(plan));
  const read = <T>(from: (stores: StackStores) => Promise<T>): Promise<Reading<T>> =>
    "value" in stores ? reading(() => from(stores.value)) : Promise.resolve(stores);
  const [observed, backups] = await Promise.all([
    read(({ bootstrap }) => observe(bootstrap, plan, { seconds: ANSWER_SECONDS, progress })),
    read((from) => newestBackups(from.backups, plan)),
  ]);
  const { stack, cloud } = plan.spec;
  return [
    ...nodeChecks(observed, { stack, cloud, bootstraps: wantedBootstraps(planned.resources) }),
    ...backupChecks(backups, plan, now),
  ];
}

function assertKnown(confirm: readonly string[], checks: readonly Check[]): void {
  const unknown = confirm.filter((id) => !checks.some((each) => each.id === id));
  if (unknown.length > 0) {
    throw new UsageError(
      `--confirm ${unknown[0]}: no such check; use ${checks.map(({ id }) => id).join(", ")}, for example --confirm quota`,
    );
  }
}
