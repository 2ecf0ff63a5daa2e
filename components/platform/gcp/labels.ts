import type { StackContext } from "../platform";

/** Labels of a resource: the stack's and its name. Plain, so that policies see them at preview. */
export function labels(context: Pick<StackContext, "prefix" | "labels">, name: string): Record<string, string> {
  return { ...context.labels, name: labelValue(`${context.prefix}-${name}`) };
}

/** Text as Google Cloud takes it for a label's value. */
export function labelValue(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "_")
    .slice(0, 63);
}
