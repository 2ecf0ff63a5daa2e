const PAGE = "https://github.com/ape-2026/ape-deploy/blob/main/docs/policies.md";

/** Where a rule is explained; without its name, the page. */
export function docsOf(rule?: string): string {
  return rule === undefined ? PAGE : `${PAGE}#${rule}`;
}
