import { TIER_NAMES, type TierName } from "../stacks/tiers";
import { labelsOf } from "./labels";
import type { Waiver } from "../stacks/config/waivers";
import type { StackView, ResourceView } from "./subject";

/** What rules know in addition to the resources. */
export interface Context {
  /** The tier in the stack's config. Default: the tier in its labels. */
  readonly tier?: TierName;
  /** Monthly budget in the config, USD. Default: the tier's budget. */
  readonly budgetUsd?: number;
  /** Customer-managed encryption key in the config. Empty: none. */
  readonly kmsKey: string;
  /** Labels that derive from the config, by lower-case name: owner, cost-centre, environment. */
  readonly labels: Readonly<Record<string, string>>;
  readonly waivers: readonly Waiver[];
  /** Today, "2026-01-31". */
  readonly today: string;
  /** Parameters of a rule in the pack's config. */
  readonly parameters: (rule: string) => Readonly<Record<string, unknown>>;
}

/** An upper limit that a parameter can only lower: a higher value is ignored. */
export function atMost(context: Context, rule: string, parameter: string, limit: number): number {
  const set = context.parameters(rule)[parameter];
  return typeof set === "number" ? Math.min(set, limit) : limit;
}

/** A lower limit that a parameter can only raise: a lower value is ignored. */
export function atLeast(context: Context, rule: string, parameter: string, limit: number): number {
  const set = context.parameters(rule)[parameter];
  return typeof set === "number" ? Math.max(set, limit) : limit;
}

/** The tier whose limits apply to a resource: the config's, otherwise its label's. */
export function tierOf(subject: ResourceView, context: Context): TierName | undefined {
  return context.tier ?? asTier(labelsOf(subject).get("tier"));
}

/** The tier whose limits apply to a stack: the config's, otherwise its labels' if they all agree. */
export function stackTier(stack: StackView, context: Context): TierName | undefined {
  if (context.tier !== undefined) {
    return context.tier;
  }
  const named = new Set(stack.all.map((subject) => labelsOf(subject).get("tier")).filter((tier) => tier !== undefined));
  return named.size === 1 ? asTier([...named][0]) : undefined;
}

/** A tier by name; undefined if there is none. */
export function asTier(text: string | undefined): TierName | undefined {
  return TIER_NAMES.find((tier) => tier === text);
}
