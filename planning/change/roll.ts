import { instanceOf, type NodeChange } from "./nodes";
import type { Side, SideResource } from "./side";

/**
 * The nodes in the order of their change. New nodes come first where the program does not let them wait; deletions last,
 * because the engine deletes at the end of an update. Of nodes that do not wait for each other, the highest number is first.
 */
export function rollOrder(changes: readonly NodeChange[], after: Side): NodeChange[] {
  const remaining = changes.filter(({ action }) => action !== "delete");
  const waitsFor = dependencies(remaining, after.resources);
  const ordered: NodeChange[] = [];
  const next = [...remaining].sort(highestFirst);
  while (next.length > 0) {
    const ready = next.findIndex(({ node }) => ![...waitsFor.get(node)!].some((other) => isLeft(next, other)));
    ordered.push(...next.splice(Math.max(ready, 0), 1));
  }
  return [...ordered, ...changes.filter(({ action }) => action === "delete").sort(highestFirst)];
}

function isLeft(nodes: readonly NodeChange[], name: string): boolean {
  return nodes.some(({ node }) => node === name);
}

/** By service as in the plan, then by falling number. */
function highestFirst(a: NodeChange, b: NodeChange): number {
  const [first, second] = [a.node.replace(/\d+$/, ""), b.node.replace(/\d+$/, "")];
  return first === second ? numberOf(b.node) - numberOf(a.node) : 0;
}

function numberOf(node: string): number {
  return Number(/\d+$/.exec(node)?.[0] ?? 0);
}

/** The changed nodes whose instances each node's instance depends on, directly or through other resources. */
function dependencies(
  changes: readonly NodeChange[],
  resources: readonly SideResource[],
): Map<string, ReadonlySet<string>> {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const nodes = new Map(changes.map(({ node }) => [instanceOf(resources, node).urn, node]));
  return new Map(
    changes.map(({ node }) => {
      const start = instanceOf(resources, node);
      return [node, reachable(start, byUrn, nodes)];
    }),
  );
}

function reachable(
  start: SideResource,
  byUrn: ReadonlyMap<string, SideResource>,
  nodes: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const seen = new Set<string>();
  const left = [...start.dependsOn];
  while (left.length > 0) {
    const urn = left.pop()!;
    if (!seen.has(urn)) {
      seen.add(urn);
      left.push(...(byUrn.get(urn)?.dependsOn ?? []));
    }
  }
  return new Set([...seen].flatMap((urn) => nodes.get(urn) ?? []));
}
