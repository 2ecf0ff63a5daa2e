import type { Host, AllowRule } from "../stack/local-stack";

/** Metadata and name service: what clouds serve on link-local addresses never passes a firewall. */
const LINK_LOCAL = "169.254.0.0/16";

/** The host's planned firewall rules in nftables' own language: what is not permitted is dropped without a word. */
export function firewallRules({ ingress, egress }: Pick<Host, "ingress" | "egress">): string {
  return `flush ruleset
table inet ape_firewall {
${chain("input", "saddr", ingress)}
${chain("output", "daddr", egress)}
}
`;
}

function chain(hook: "input" | "output", side: "saddr" | "daddr", allowRules: readonly AllowRule[]): string {
  return [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority filter; policy drop;`,
    `    ${hook === "input" ? "iif" : "oif"} lo accept`,
    "    ct state established,related accept",
    `    ip ${side} ${LINK_LOCAL} accept`,
    ...allowRules.map(
      ({ peers, ports }) => `    ip ${side} { ${[...new Set(peers)].join(", ")} } tcp dport ${range(ports)} accept`,
    ),
    "  }",
  ].join("\n");
}

function range({ from, to }: AllowRule["ports"]): string {
  return from === to ? String(from) : `${from}-${to}`;
}

/** Cuts a host off from all but these addresses, connections that are open included. */
export function isolationRules(reachable: readonly string[]): string {
  const elements = [LINK_LOCAL, ...reachable].join(", ");
  const direction = (hook: "input" | "output", side: "saddr" | "daddr"): string => `  chain ${hook} {
    type filter hook ${hook} priority raw; policy drop;
    ${hook === "input" ? "iif" : "oif"} lo accept
    ip ${side} { ${elements} } accept
  }`;
  return `table inet ape_cut {
${direction("input", "saddr")}
${direction("output", "daddr")}
}
`;
}

/** Takes a cut back, also where there is none. */
export const NO_ISOLATION = "add table inet ape_cut\ndelete table inet ape_cut\n";
