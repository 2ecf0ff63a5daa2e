import { TIER_NAMES, type TierName } from "../stacks/tiers";
import { labelsOf } from "./labels";
import type { Waiver } from "../stacks/config/waivers";
import type { StackView, ResourceView } from "./subject";

/** What rules know beside the resources. */
export interface Context {
  /** The tier that the stack's config names; absent: what its labels say. */
  readonly tier?: TierName;
  /** What the stack may cost a month, USD, where the config says so; absent: its tier's budget. */
  readonly budgetUsd?: number;
  /** The user's own encryption key, where the config names one. */
  readonly kmsKey: string;
  /** Labels that the config decides, by their lower-case names: owner, cost-centre, environment. */
  readonly labels: Readonly<Record<string, string>>;
  readonly waivers: readonly Waiver[];
  /** Today, "2026-01-31". */
  readonly today: string;
  /** What the pack's config sets for a rule. */
  readonly parameters: (rule: string) => Readonly<Record<string, unknown>>;
}

/** A parameter that can only tighten a limit from above: whatever is set beyond it doesn't count. */
export function atMost(context: Context, rule: string, parameter: string, limit: number): number {
  const set = context.parameters(rule)[parameter];
  return typeof set === "number" ? Math.min(set, limit) : limit;
}

/** A parameter that can only tighten a limit from below. */
export function atLeast(context: Context, rule: string, parameter: string, limit: number): number {
  const set = context.parameters(rule)[parameter];
  return typeof set === "number" ? Math.max(set, limit) : limit;
}

/** The tier that a resource is held to: the config's, otherwise its own label's. */
export function tierOf(subject: ResourceView, context: Context): TierName | undefined {
  return context.tier ?? asTier(labelsOf(subject).get("tier"));
}

/** The tier that a stack is held to: the config's, otherwise the one of its labels, where they agree. */
export function stackTier(stack: StackView, context: Context): TierName | undefined {
  if (context.tier !== undefined) {
    return context.tier;
  }
  const named = new Set(stack.all.map((subject) => labelsOf(subject).get("tier")).filter((tier) => tier !== undefined));
  return named.size === 1 ? asTier([...named][0]) : undefined;
}

/** A tier by its name. */
export function asTier(text: string | undefined): TierName | undefined {
  return TIER_NAMES.find((tier) => tier === text);
}
