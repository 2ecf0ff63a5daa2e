import type { Waiver } from "../stacks/config/waivers";
import type { Context } from "./context";
import type { PolicyFault, ResourceRule, Rule, StackRule } from "./rule";
import type { StackView, ResourceView } from "./subject";
import { NotKnownError } from "./values";
import { WAIVERS_VALID } from "./rules/waivers";
import { waiverFaults, waiverFor } from "./waive";

/** A violated rule. */
export interface Violation extends PolicyFault {
  readonly rule: Rule;
  /** Whether an unknown value prevented the judgement. An unjudged rule counts as violated. */
  readonly unjudged: boolean;
  /** The waiver that covers it, until it expires. */
  readonly waiver?: Waiver;
}

/** Judges one resource by one rule. A required value that is not known yet is a violation. */
export function judgeResource(rule: ResourceRule, subject: ResourceView, context: Context): Violation[] {
  return violations(rule, context, () =>
    rule.judge(subject, context).map((message) => ({ message, urn: subject.urn })),
  );
}

/** Judges a stack by one rule. */
export function judgeStack(rule: StackRule, stack: StackView, context: Context): Violation[] {
  return violations(rule, context, () => rule.judge(stack, context));
}

function violations(rule: Rule, context: Context, judge: () => Iterable<PolicyFault>): Violation[] {
  const found: Violation[] = [];
  const add = (fault: PolicyFault, unjudged: boolean): void => {
    const waiver = waiverFor(rule, fault, context);
    found.push({ rule, ...fault, unjudged, ...(waiver === undefined ? {} : { waiver }) });
  };
  try {
    for (const fault of judge()) {
      add(fault, false);
    }
  } catch (error) {
    if (!(error instanceof NotKnownError)) {
      throw error;
    }
    add({ message: `can't be judged: ${error.message}; use a plain value`, urn: error.urn }, true);
  }
  return found;
}

/** Judges all resources by all rules, and finally the waivers. The engine does the same one call at a time. */
export function judgeAll(rules: readonly Rule[], stack: StackView, context: Context): Violation[] {
  const byType = resourceRulesByType(rules);
  const stackRules = rules.filter((rule) => rule.kind === "stack");
  const found = [
    ...stack.all.flatMap((subject) =>
      (byType.get(subject.type) ?? []).flatMap((rule) => judgeResource(rule, subject, context)),
    ),
    ...stackRules.flatMap((rule) => judgeStack(rule, stack, context)),
  ];
  const names = new Set(rules.map(({ name }) => name));
  const used = new Set(found.flatMap(({ waiver }) => waiver ?? []));
  return [
    ...found,
    ...waiverFaults(context, names, used).map((message) => ({ rule: WAIVERS_VALID, message, unjudged: false })),
  ];
}

/** Resource rules by resource type. */
function resourceRulesByType(rules: readonly Rule[]): ReadonlyMap<string, readonly ResourceRule[]> {
  const byType = new Map<string, ResourceRule[]>();
  for (const rule of rules) {
    if (rule.kind === "resource") {
      rule.types.forEach((type) => byType.set(type, [...(byType.get(type) ?? []), rule]));
    }
  }
  return byType;
}
