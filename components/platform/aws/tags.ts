import type { StackContext } from "../platform";

/** Tags of a resource: the stack's labels and its name. Plain, so that policies see them at preview. */
export function tags(context: Pick<StackContext, "prefix" | "labels">, name: string): Record<string, string> {
  return { ...context.labels, name: `${context.prefix}-${name}` };
}
