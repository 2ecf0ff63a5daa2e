import type * as pulumi from "@pulumi/pulumi";
import type { StackContext } from "./platform";

/** Options of resources that hold data: protected from deletion, and retained in the cloud when the stack is destroyed. */
export function protectedData<T extends pulumi.ResourceOptions>(
  context: Pick<StackContext, "protectData">,
  opts: T,
): T {
  return { ...opts, protect: context.protectData, retainOnDelete: context.protectData };
}

/** A component's `dependsOn`. Pulumi does not pass it on to the component's children. */
export function dependencies(opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
  const { dependsOn = [] } = opts;
  return (Array.isArray(dependsOn) ? dependsOn : [dependsOn]) as pulumi.Resource[];
}

/** A component's options without `hooks`, which are meant for the machine in it. Pulumi would run them for both. */
export function withoutHooks(opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
  const rest = { ...opts };
  delete rest.hooks;
  return rest;
}
