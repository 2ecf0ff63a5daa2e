import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import type { Context } from "./context";
import type { StackView, ResourceView } from "./subject";

export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a rule is, whatever it judges. */
interface Described {
  /** Unique, kebab-case; begins with the cloud when it is about one. */
  readonly name: string;
  /** What must hold, as a sentence. */
  readonly description: string;
  /** What goes wrong otherwise. */
  readonly why: string;
  readonly severity: Severity;
  /** The names by which scanners and frameworks know it: "CKV_AWS_79", "EC2.8", "CIS GCP 4.9"; empty: nobody else has it. */
  readonly ids: readonly string[];
  /** How to make it hold. */
  readonly fix: string;
  /** What the pack's config may set. Bounds in the schema only let a limit be tightened. */
  readonly parameters?: Readonly<Record<string, PolicyConfigJSONSchema>>;
}

/** Judges one resource by its inputs, before anything happens to it. */
export interface ResourceRule extends Described {
  readonly kind: "resource";
  readonly types: readonly string[];
  /** What is wrong, a sentence each. Reading an unknown value may throw: whoever runs the rule says that it couldn't judge. */
  readonly judge: (subject: ResourceView, context: Context) => readonly string[];
  /** The resource's properties put right; undefined: nothing to do. Runs only where the pack's config says "remediate". */
  readonly remedy?: (subject: ResourceView, context: Context) => Readonly<Record<string, unknown>> | undefined;
}

/** Something that is wrong with a stack. */
export interface PolicyFault {
  readonly message: string;
  /** The resource to blame; absent: the stack as a whole. */
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

/** A fault of one resource. */
export function fault(subject: ResourceView, message: string): PolicyFault {
  return { urn: subject.urn, message };
}

/** A message where a condition doesn't hold. */
export function unless(holds: boolean, message: string): string[] {
  return holds ? [] : [message];
}
