import { compare, type Comparison } from "../../cost/compare";
import type { JudgedPlan } from "../judged-plan";
import { apiChanges, type ApiChange } from "./api";
import { allPass, type Check } from "./check";
import { diskChanges, type DiskChange } from "./disks";
import type { StoredDrill } from "./drill-records";
import { nodeChanges, type NodeChange } from "./nodes";
import { offerings, type Offering } from "./offerings";
import { outages, type Outage } from "./outage";
import { quotaUses, type QuotaUse } from "./quota";
import { resourceGroups, type ResourceGroup } from "./resources";
import { rollOrder } from "./roll";
import { sideOf, type Side } from "./side";
import { targetChecks } from "./target-checks";
import { commandsOf, oneWay, wayBack, type Setting } from "./way-back";

/** What `npm run change -- --json` prints. Fields may be added; one that changes its meaning raises the version. */
export interface ChangeReport {
  readonly version: typeof REPORT_VERSION;
  readonly stack: string;
  /** Time of the report, ISO 8601. */
  readonly at: string;
  readonly settings: readonly Setting[];
  /** The stack before and after, for example "t3 on aws, dedicated, highly available". */
  readonly from: string;
  readonly to: string;
  /** In the order of their change. At most one at a time is not serving. */
  readonly nodes: readonly NodeChange[];
  readonly api: readonly ApiChange[];
  readonly disks: readonly DiskChange[];
  readonly resources: readonly ResourceGroup[];
  readonly outages: readonly Outage[];
  /** US cents a month. */
  readonly price: Pick<Comparison, "services"> & {
    readonly fromCents: number;
    readonly toCents: number;
    readonly budgetCents: number;
  };
  readonly quotas: readonly QuotaUse[];
  readonly offerings: readonly Offering[];
  readonly checks: readonly Check[];
  /** Whether every check passed or does not apply. */
  readonly passed: boolean;
  /** Shell commands that make the change, and that undo it. */
  readonly commands: readonly string[];
  readonly wayBack: readonly string[];
  /** What the way back does not restore. */
  readonly oneWay: readonly string[];
}

export const REPORT_VERSION = 1;

/** A change as the two plans describe it, before any check of the running stack. */
export interface PlannedChange {
  readonly stack: string;
  readonly before: JudgedPlan;
  readonly after: JudgedPlan;
  readonly settings: readonly Setting[];
}

/** The facts of a change, with the checks of its target. `checksOf` adds those of the running stack. */
export function changeReport(
  { stack, before, after, settings }: PlannedChange,
  drills: readonly StoredDrill[],
  now: Date,
  checksOf: (target: readonly Check[]) => readonly Check[],
): ChangeReport {
  const sides = { before: sideOf(before), after: sideOf(after) };
  const facts = factsOf(sides, drills);
  const checks = checksOf(targetChecks({ stack, ...sides, price: after.price, policies: after.policies, ...facts }));
  const { from, to, services } = compare(before.price, after.price);
  return {
    version: REPORT_VERSION,
    stack,
    at: now.toISOString(),
    settings,
    from: from.what,
    to: to.what,
    ...facts,
    price: { services, fromCents: from.cents, toCents: to.cents, budgetCents: to.budgetCents },
    checks,
    passed: allPass(checks),
    commands: commandsOf(stack, settings),
    wayBack: wayBack(stack, settings),
    oneWay: oneWay(facts.disks),
  };
}

type Facts = Pick<ChangeReport, "nodes" | "api" | "disks" | "resources" | "outages" | "quotas" | "offerings">;

function factsOf(sides: { readonly before: Side; readonly after: Side }, drills: readonly StoredDrill[]): Facts {
  const { before, after } = sides;
  const nodes = rollOrder(nodeChanges(before, after), after);
  const api = apiChanges(before, after);
  return {
    nodes,
    api,
    disks: diskChanges(before, after),
    resources: resourceGroups(before, after),
    outages: outages(sides, { nodes, api }, drills),
    quotas: quotaUses(before, after, { nodes, api }),
    offerings: offerings(after, { nodes, api }),
  };
}
