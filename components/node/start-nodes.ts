import type * as pulumi from "@pulumi/pulumi";
import type { Disk, Node } from "../platform/platform";
import type { NodeContext } from "./node-context";
import type { NodePlan } from "./placement";
import { ServiceNode } from "./service-node";

/**
 * Creates nodes, the one with the highest number first, once the resources that they read at boot exist. A node changes only
 * after the one before it is as planned. Returns them in the order of the plans.
 */
export function startNodes(
  nodeContext: NodeContext,
  plans: readonly NodePlan[],
  disks: ReadonlyMap<string, Disk>,
  after: readonly pulumi.Resource[],
  parent: pulumi.Resource,
): Node[] {
  let previous: readonly pulumi.Resource[] = [];
  const nodes = [...plans].reverse().map((plan) => {
    const { node, complete } = new ServiceNode(
      { ...nodeContext, plan, disks },
      { parent, dependsOn: [...after, ...previous] },
    );
    previous = complete;
    return node;
  });
  return nodes.reverse();
}
