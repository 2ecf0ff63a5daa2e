import type { StackContext } from "../platform";

/**
 * Tags of a resource: the stack's labels and its name. Plain values, so that policies see them at preview. Parts of a tagged
 * resource have none (rules of a security group, listeners, instance profiles, objects): they cost nothing, and a new owner
 * would update each of them.
 */
export function tags(
  context: Pick<StackContext, "prefix" | "labels">,
  name: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const labels = { ...context.labels, ...more, name: `${context.prefix}-${name}` };
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [pascalCase(key), value]));
}

/** AWS' tag style: "cost-centre" becomes "CostCentre". The console displays the tag "Name". */
function pascalCase(key: string): string {
  return key.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
