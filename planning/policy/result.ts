import { judgeAll, type Violation } from "../../policy/judge";
import { RULES } from "../../policy/rules";
import { contextOf, today } from "../../policy/settings";
import type { Context } from "../../policy/context";
import type { StackView } from "../../policy/subject";
import type { StackSpec } from "../../stacks/config/spec";
import type { Waiver } from "../../stacks/config/waivers";
import type { Judged } from "../record";
import type { Parameters } from "./parameters";
import { viewOf } from "./view";

/** The result of the policy pack for a stack. */
export interface PackResult {
  /** Number of policies. */
  readonly policies: number;
  readonly resources: number;
  /** Violations that fail the stack, including rules that could not be judged. */
  readonly violations: readonly Violation[];
  /** Violations that a waiver covers. */
  readonly waived: readonly (Violation & { readonly waiver: Waiver })[];
}

/** Judges a plan with all policies. */
export function judgePlan(spec: StackSpec, resources: readonly Judged[], parameters: Parameters = {}): PackResult {
  const { stack, tier, owner, costCentre, kmsKey, waivers, budgetUsd } = spec;
  return resultOf(viewOf(resources), {
    ...contextOf({ stack, tier, owner, costCentre, kmsKey, waivers, budgetUsd, today: today() }),
    parameters: (rule) => parameters[rule] ?? {},
  });
}

/** Judges resources with all policies. */
export function resultOf(view: StackView, context: Context): PackResult {
  const found = judgeAll(RULES, view, context);
  return {
    policies: RULES.length + 1, // the rule on waivers is the one that RULES does not contain
    resources: view.all.length,
    violations: found.filter(({ waiver }) => waiver === undefined),
    waived: found.filter((violation): violation is Violation & { waiver: Waiver } => violation.waiver !== undefined),
  };
}
