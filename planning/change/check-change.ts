import type { StackPlan } from "../../stacks/plan";
import { judgedPlan } from "../judged-plan";
import { readStackFile, UsageError } from "../stack-file";
import { reading } from "./access";
import { confirmed, type Check } from "./check";
import { alertCheck, certificateCheck, diskCheck } from "./condition-checks";
import { drillChecks } from "./drill-checks";
import { readDrills, type StoredDrill } from "./drill-records";
import type { StackStores } from "./observed";
import { changeReport, type ChangeReport } from "./report";
import { backupLook, nodeLook } from "./running-checks";
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

/**
 * Plans a change, reads the running stack and judges both. Throws UsageError, ConfigError or DoesNotFitError if the stack
 * cannot be planned.
 */
export async function checkChange(args: ChangeArgs): Promise<ChangeReport> {
  const { stack, settings, confirm, open, progress, drills = readDrills(), now = new Date() } = args;
  const file = readStackFile(stack);
  const before = await judgedPlan(stack);
  const after = await judgedPlan(stack, settings);
  progress("reading the stack's buckets");
  const running = {
    plan: before.plan,
    stores: open === undefined ? { problem: "not read (--offline)" } : await reading(() => open(before.plan)),
    bootstraps: wantedBootstraps(before.planned.judged()),
  };
  const [{ checks: nodes }, backups] = await Promise.all([nodeLook(running, progress), backupLook(running, now)]);
  const report = changeReport(
    { stack, before, after, settings: settingsOf(settings, file.values) },
    drills,
    now,
    (target) =>
      confirmed(
        [
          ...target,
          ...nodes,
          ...backups,
          ...drillChecks(drills, now),
          certificateCheck(before.plan, now),
          diskCheck(),
          alertCheck(),
        ],
        confirm,
      ),
  );
  assertKnown(confirm, report.checks);
  return report;
}

function assertKnown(confirm: readonly string[], checks: readonly Check[]): void {
  const unknown = confirm.filter((id) => !checks.some((each) => each.id === id));
  if (unknown.length > 0) {
    throw new UsageError(
      `--confirm ${unknown[0]}: no such check; use ${checks.map(({ id }) => id).join(", ")}, for example --confirm quota`,
    );
  }
}
