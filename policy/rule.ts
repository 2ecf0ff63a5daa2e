import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import type { Context } from "./context";
import type { StackView, ResourceView } from "./subject";

export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The properties that all rules have. */
interface Described {
  /** Unique, kebab-case; starts with the cloud if it applies to one only. */
  readonly name: string;
  /** What must hold, as a sentence. */
  readonly description: string;
  /** The consequence of a violation. */
  readonly why: string;
  readonly severity: Severity;
  /** Ids in scanners and frameworks: "CKV_AWS_79", "EC2.8", "CIS GCP 4.9". Empty if none has the rule. */
  readonly ids: readonly string[];
  /** How to fix a violation. */
  readonly fix: string;
  /** Parameters in the pack's config. The schema's bounds only allow tightening a limit. */
  readonly parameters?: Readonly<Record<string, PolicyConfigJSONSchema>>;
}

/** Judges one resource by its inputs, before it is created or changed. */
export interface ResourceRule extends Described {
  readonly kind: "resource";
  readonly types: readonly string[];
  /** Violations, one message each. May throw NotKnownError; the caller reports the rule as unjudged. */
  readonly judge: (subject: ResourceView, context: Context) => readonly string[];
  /** Corrected properties of the resource; undefined if there is nothing to correct. Runs only if the pack's config sets "remediate". */
  readonly remedy?: (subject: ResourceView, context: Context) => Readonly<Record<string, unknown>> | undefined;
}

/** One violation in a stack. */
export interface PolicyFault {
  readonly message: string;
  /** The violating resource; undefined for the stack as a whole. */
  readonly urn?: string;
}

/** Judges all resources of a stack together. */
export interface StackRule extends Described {
  readonly kind: "stack";
  readonly judge: (stack: StackView, context: Context) => Iterable<PolicyFault>;
}

export type Rule = ResourceRule | StackRule;

export function resourceRule(rule: Omit<ResourceRule, "kind">): ResourceRule {
  return { kind: "resource", ...rule };
}

export function stackRule(rule: Omit<StackRule, "kind">): StackRule {
  return { kind: "stack", ...rule };
}

/** A violation by one resource. */
export function fault(subject: ResourceView, message: string): PolicyFault {
  return { urn: subject.urn, message };
}

/** The message if a condition does not hold. */
export function unless(holds: boolean, message: string): string[] {
  return holds ? [] : [message];
}
