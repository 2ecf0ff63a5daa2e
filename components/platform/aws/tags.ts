import type { StackContext } from "../platform";

/** Tags of a resource: the stack's labels and its name. Plain, so that policies see them at preview. */
export function tags(
  context: Pick<StackContext, "prefix" | "labels">,
  name: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const labels = { ...context.labels, ...more, name: `${context.prefix}-${name}` };
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [pascalCase(key), value]));
}

/** As AWS writes its own tags: "cost-centre" is "CostCentre". The console shows a resource by its "Name". */
function pascalCase(key: string): string {
  return key.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
