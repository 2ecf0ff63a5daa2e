import type { Reason } from "./gate";

/** What is waited for, in one line. */
export function listed(reasons: readonly Reason[]): string {
  const all = reasons.map(({ node, text }) => (text.startsWith(`${node} `) ? text : `${node} ${text}`));
  return [...new Set(all)].join("; ");
}

/** Why the change stops, and what to do. */
export function explain(what: string, reasons: readonly Reason[]): string {
  const nodes = [...new Set(reasons.map(({ node }) => node))];
  return [
    `${what}, but ${listed(reasons)}.`,
    `Nothing else is changed until that is mended: run "pulumi up" again then, or set the old value and run "pulumi up".`,
    `If ${nodes.join(" or ")} is lost for good: pulumi config set --path 'lostMembers[0]' ${nodes[0]}`,
  ].join("\n");
}
