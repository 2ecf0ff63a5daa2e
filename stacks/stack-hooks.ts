import * as pulumi from "@pulumi/pulumi";
import { getEngine } from "@pulumi/pulumi/runtime/settings";
import { RefusedChange, refusedChanges, type DataSettings } from "./refused-change";

/**
 * Hooks of the root component, whose inputs are the settings: previews and updates fail before anything changes if the
 * deployed settings can't become these. Empty without an engine: mocks have no hooks.
 */
export function refusing(after: DataSettings): pulumi.ResourceHookBinding {
  if (getEngine() === undefined) {
    return {};
  }
  const hook = new pulumi.ResourceHook("deployed-settings", ({ oldInputs }) => refuse(oldInputs ?? {}, after), {
    onDryRun: true,
  });
  return { beforeUpdate: [hook] };
}

function refuse(before: Partial<DataSettings>, after: DataSettings): void {
  const problems = refusedChanges(before, after);
  if (problems.length > 0) {
    throw new RefusedChange(after.stack, problems);
  }
}
