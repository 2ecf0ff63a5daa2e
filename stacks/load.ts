import { RunError } from "@pulumi/pulumi";
import { DoesNotFitError } from "../components/node/placement";
import { loadConfig } from "./config/load";
import { planStack, type StackPlan } from "./plan";

/** Reads the stack's config and plans it. Throws one pulumi.RunError with every problem before any resource is registered. */
export function loadStack(): StackPlan {
  try {
    return planStack(loadConfig());
  } catch (error) {
    if (error instanceof DoesNotFitError) {
      throw new RunError(error.message);
    }
    throw error;
  }
}
