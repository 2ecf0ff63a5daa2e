import { RunError } from "@pulumi/pulumi";
import { DoesNotFitError } from "../components/node/placement";
import { loadConfig } from "./config/load";
import { planStack, type StackPlan } from "./plan";

/** Reads the stack's config and plans it. Throws one pulumi.RunError with every problem before any resource is registered. */
export function loadStack(): StackPlan {
  try {
    return knownLost(planStack(loadConfig()));
  } catch (error) {
    if (error instanceof DoesNotFitError) {
      throw new RunError(error.message);
    }
    throw error;
  }
}

/** Throws RunError if `lostMembers` names something that the stack does not have: a typing error would let nothing through. */
function knownLost(plan: StackPlan): StackPlan {
  const names = [...new Set(plan.nodes.flatMap(({ name, roles }) => [name, ...roles.map(({ role }) => role.name)]))];
  const unknown = plan.spec.lostMembers.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new RunError(
      `lostMembers: ${unknown.join(", ")} is no member of this stack.\n  Allowed: ${names.join(", ")}\n  Example: pulumi config set --path 'lostMembers[0]' ${names[0]}`,
    );
  }
  return plan;
}
