const PAGE = "https://github.com/ape-2026/ape-deploy/blob/main/docs/policies.md";

/** URL of a rule's documentation; without a name, of the page. */
export function docsOf(rule?: string): string {
  return rule === undefined ? PAGE : `${PAGE}#${rule}`;
}
