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
