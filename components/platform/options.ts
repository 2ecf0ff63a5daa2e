import type * as pulumi from "@pulumi/pulumi";
import type { StackContext } from "./platform";

/** Options of what holds data: Pulumi refuses to delete it, and a destroyed stack leaves it in the cloud. */
export function protectedData<T extends pulumi.ResourceOptions>(
  context: Pick<StackContext, "protectData">,
  opts: T,
): T {
  return { ...opts, protect: context.protectData, retainOnDelete: context.protectData };
}

/** What a component was told to wait for. Pulumi doesn't hand it on to the component's children. */
export function dependencies(opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
  const { dependsOn = [] } = opts;
  return (Array.isArray(dependsOn) ? dependsOn : [dependsOn]) as pulumi.Resource[];
}
