import type { Host, AllowRule } from "../stack/local-stack";

/** Metadata and name services: clouds do not filter their link-local addresses. */
const LINK_LOCAL = "169.254.0.0/16";

/** A host's planned firewall rules as an nftables ruleset. Packets that no rule allows are dropped. */
export function firewallRules({ ingress, egress }: Pick<Host, "ingress" | "egress">): string {
  return `add table inet ape_firewall
delete table inet ape_firewall
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

/** nftables rules that isolate a host from all but these addresses, including established connections. */
export function isolationRules(reachable: readonly string[]): string {
  const elements = [LINK_LOCAL, ...reachable].join(", ");
  const direction = (hook: "input" | "output", side: "saddr" | "daddr"): string => `  chain ${hook} {
    type filter hook ${hook} priority raw; policy drop;
    ${hook === "input" ? "iif" : "oif"} lo accept
    ip ${side} { ${elements} } accept
  }`;
  return `table inet ape_isolation {
${direction("input", "saddr")}
${direction("output", "daddr")}
}
`;
}

/** Removes the isolation, if any. */
export const NO_ISOLATION = "add table inet ape_isolation\ndelete table inet ape_isolation\n";
