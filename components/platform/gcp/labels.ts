import type { StackContext } from "../platform";

/** Labels of a resource: the stack's and its name. Plain values, so that policies see them at preview. */
export function labels(context: Pick<StackContext, "prefix" | "labels">, name: string): Record<string, string> {
  return { ...context.labels, name: labelValue(`${context.prefix}-${name}`) };
}

/** Text as a valid label value of Google Cloud. */
export function labelValue(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "_")
    .slice(0, 63);
}
