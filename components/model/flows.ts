import type { Audience, Role, Service } from "./role";

/** One permitted flow: TCP from every node of `from` to every node of `to`. */
export interface FlowRule {
  readonly from: Audience;
  readonly to: Service;
  readonly port: number;
  readonly protocol: string;
}

/** The permitted flows, derived from the roles' declarations; each once, in a stable order. */
export function flowRules(roles: readonly Pick<Role, "service" | "listens">[]): FlowRule[] {
  const rules = new Map<string, FlowRule>();
  for (const role of roles) {
    for (const { port, from, protocol } of role.listens) {
      for (const audience of from) {
        rules.set(flowName({ from: audience, to: role.service, port }), {
          from: audience,
          to: role.service,
          port,
          protocol,
        });
      }
    }
  }
  return [...rules.entries()].sort(([a], [b]) => a.localeCompare(b, "en")).map(([, rule]) => rule);
}

/** A flow's name, for example "redis-6379-from-api". */
export function flowName(rule: Pick<FlowRule, "from" | "to" | "port">): string {
  return `${rule.to}-${rule.port}-from-${rule.from === "loadBalancer" ? "load-balancer" : rule.from}`;
}
