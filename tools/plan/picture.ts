import type { StackPlan } from "../../stacks/plan";
import { plannedNodes, type PlannedNode } from "./plan";

/** Draws a plan as SVG: zones as boxes, nodes in them, and who speaks to whom. */
export async function picture(plan: StackPlan): Promise<string> {
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  return (await Graphviz.load()).dot(description(plan));
}

const COLOURS: Readonly<Record<string, string>> = {
  api: "#dbeafe",
  timescaledb: "#fde68a",
  neo4j: "#bbf7d0",
  redis: "#fecaca",
};

/** The plan in Graphviz' own language. */
export function description(plan: StackPlan): string {
  const { spec, flows } = plan;
  const nodes = plannedNodes(plan);
  const zones = [...new Set(nodes.map((node) => node.zone))].sort();
  const services = [...new Set(nodes.flatMap((node) => node.services))];
  const representative = (service: string): string => nodes.find((node) => node.services.includes(service))!.name;
  const pairs = new Map(
    flows.filter(({ from, to }) => from !== to).map(({ from, to }) => [`${from} ${to}`, { from, to }]),
  );
  const ports = (from: string, to: string): string =>
    flows
      .filter((flow) => flow.from === from && flow.to === to)
      .map((flow) => flow.port)
      .join(", ");
  return `digraph {
  rankdir=TB; compound=true; nodesep=0.25; ranksep=0.7; fontname="Helvetica"; labelloc=t;
  label="${spec.stack}: ${spec.tier} on ${spec.cloud} ${spec.region}, ${spec.placement}${spec.highlyAvailable ? ", highly available" : ""}";
  node [shape=box style="rounded,filled" fillcolor=white fontname="Helvetica" fontsize=11];
  edge [fontname="Helvetica" fontsize=9 color="#64748b"];
  clients [label="clients" shape=plaintext fillcolor="none" style=""];
  "load balancer" [fillcolor="#e9d5ff"];
  clients -> "load balancer" [label="HTTPS"];
${zones.map((zone, index) => cluster(zone, index, nodes)).join("\n")}
  backups [label="backups\\n${spec.backupRetentionDays} days" shape=cylinder fillcolor="#e2e8f0"];
${[...pairs.values()]
  .filter(({ to }) => services.includes(to))
  .map(
    ({ from, to }) =>
      `  "${from === "loadBalancer" ? "load balancer" : representative(from)}" -> "${representative(to)}" [label="${ports(from, to)}"];`,
  )
  .filter((edge, index, edges) => edges.indexOf(edge) === index && !selfEdge(edge))
  .join("\n")}
${services
  .filter((service) => service !== "api")
  .map((service) => `  "${representative(service)}" -> backups [style=dashed];`)
  .filter((edge, index, edges) => edges.indexOf(edge) === index)
  .join("\n")}
}
`;
}

function cluster(zone: string, index: number, nodes: readonly PlannedNode[]): string {
  const members = nodes
    .filter((node) => node.zone === zone)
    .map((node) => {
      const lines = [
        node.name,
        ...(node.roles.length > 1 ? node.roles : []),
        `${node.instanceType}  ${node.memGiB} GiB`,
        node.privateIp ?? "",
      ];
      const colour = node.services.length === 1 ? COLOURS[node.services[0]!]! : "#f8fafc";
      return `    "${node.name}" [label="${lines.filter((line) => line !== "").join("\\n")}" fillcolor="${colour}"];`;
    });
  return `  subgraph cluster_${index} { label="${zone}"; style="rounded,dashed"; color="#94a3b8"; fontsize=11;\n${members.join("\n")}\n  }`;
}

/** On a shared node a service speaks to its neighbours without leaving it. */
function selfEdge(edge: string): boolean {
  const [, from, to] = /"([^"]+)" -> "([^"]+)"/.exec(edge) ?? [];
  return from === to;
}
