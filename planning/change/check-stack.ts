import { setTimeout as sleep } from "node:timers/promises";
import type { StackPlan } from "../../stacks/plan";
import { judgedPlan } from "../judged-plan";
import { reading, type Reading } from "./access";
import { apiCheck, type ApiAddress } from "./api-ready";
import { allPass, type Check } from "./check";
import { certificateCheck, alertCheck } from "./condition-checks";
import type { ObservedNode, StackStores, Watched } from "./observed";
import { backupLook, nodeLook, type Running } from "./running-checks";
import { configChecks } from "./target-checks";
import { wantedBootstraps } from "./wanted";

/** What `npm run verify -- --json` prints. Fields may be added; one that changes its meaning raises the version. */
export interface StackReport {
  readonly version: 1;
  readonly stack: string;
  /** Time of the report, ISO 8601. */
  readonly at: string;
  /** Orders and statuses of all nodes. Empty if they could not be read. */
  readonly nodes: readonly ObservedNode[];
  readonly checks: readonly Check[];
  /** Whether every check passed or does not apply. */
  readonly passed: boolean;
  /** The day on which to compare the bill with the estimate, "YYYY-MM-DD": a month later. */
  readonly costReview: string;
}

/** Where the running stack is. */
export interface Target {
  /** Default: every node of the plan. */
  readonly watched?: readonly Watched[];
  readonly open: (plan: StackPlan) => Promise<StackStores>;
  readonly api: () => Promise<ApiAddress>;
  /** Whether the nodes run what the config plans, without changes for a rehearsal. */
  readonly asPlanned: boolean;
}

export interface StackArgs {
  readonly stack: string;
  readonly target: Target;
  /** Seconds to wait until all nodes serve and the API is ready. */
  readonly waitSeconds: number;
  readonly progress: (what: string) => void;
}

/** Seconds between two looks at the stack while waiting. */
const PAUSE_SECONDS = 5;

/** Reads a running stack and judges it. Throws UsageError, ConfigError or DoesNotFitError if the stack cannot be planned. */
export async function checkStack({ stack, target, waitSeconds, progress }: StackArgs): Promise<StackReport> {
  const judged = await judgedPlan(stack);
  const { plan, planned } = judged;
  const running: Running = {
    plan,
    stores: await reading(() => target.open(plan)),
    ...(target.watched === undefined ? {} : { watched: target.watched }),
    ...(target.asPlanned ? { bootstraps: wantedBootstraps(planned.judged()) } : {}),
  };
  const address = await reading(target.api);
  const { nodes, checks } = await settled(running, address, waitSeconds, progress);
  const now = new Date();
  const all = [
    ...checks,
    ...(await backupLook(running, now)),
    ...configChecks(judged),
    certificateCheck(plan, now),
    alertCheck(),
  ];
  return {
    version: 1,
    stack,
    at: now.toISOString(),
    nodes,
    checks: all,
    passed: allPass(all),
    costReview: inAMonth(now),
  };
}

/** Looks until everything serves, a node has failed or the time is over. */
async function settled(
  running: Running,
  address: Reading<ApiAddress>,
  waitSeconds: number,
  progress: (what: string) => void,
): Promise<{ readonly nodes: readonly ObservedNode[]; readonly checks: readonly Check[] }> {
  const end = Date.now() + waitSeconds * 1000;
  for (;;) {
    progress("asking the nodes for their status");
    const [{ observed, checks }, api] = await Promise.all([
      nodeLook(running, progress),
      apiCheck(running.plan, address),
    ]);
    const nodes = "value" in observed ? observed.value.nodes : [];
    const all = [...checks, api];
    const isFinal = nodes.some(({ statuses }) => statuses.some(({ phase }) => phase === "failed"));
    if (allPass(all) || isFinal || Date.now() >= end) {
      return { nodes, checks: all };
    }
    all.filter(({ result }) => result !== "pass").forEach(({ evidence }) => progress(`waiting: ${evidence}`));
    await sleep(PAUSE_SECONDS * 1000);
  }
}

function inAMonth(now: Date): string {
  const day = new Date(now);
  day.setUTCMonth(day.getUTCMonth() + 1);
  return day.toISOString().slice(0, 10);
}
