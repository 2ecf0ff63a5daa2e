import type { Service } from "../components/model/role";
import type { StackPlan } from "../stacks/plan";
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
function description(plan: StackPlan): string {
  const { spec, flows } = plan;
  const nodes = plannedNodes(plan);
  const zones = [...new Set(nodes.map((node) => node.zone))].sort();
  const services = [...new Set(nodes.flatMap((node) => node.services))];
  const representative = (service: string): string =>
    nodes.find((node) => node.services.includes(service as Service))?.name ?? service;
  const data = nodes.filter((node) => node.services.some((service) => service !== "api"));
  return `digraph {
  rankdir=TB; nodesep=0.25; ranksep=0.8; fontname="Helvetica"; labelloc=t;
  label="${spec.stack}: ${spec.tier} on ${spec.cloud} ${spec.region}, ${spec.placement}${spec.highlyAvailable ? ", highly available" : ""}";
  node [shape=box style="rounded,filled" fillcolor=white fontname="Helvetica" fontsize=11];
  edge [fontname="Helvetica" fontsize=9 color="#64748b"];
  clients [shape=plaintext style=""];
  "load balancer" [fillcolor="#e9d5ff"];
  backups [label="backups\\n${spec.backupRetentionDays} days" shape=cylinder fillcolor="#e2e8f0"];
${zones.map((zone, index) => cluster(zone, index, nodes)).join("\n")}
${lines([
  `clients -> "load balancer" [label="HTTPS"]`,
  ...nodes.filter((node) => node.services.includes("api")).map((node) => `"load balancer" -> "${node.name}"`),
  ...requests(flows, representative),
  ...services
    .filter((service) => service !== "api")
    .map((service) => `"${representative(service)}" -> backups [style=dashed]`),
  // Unseen, these keep each zone's data nodes below the API's row.
  ...data.flatMap((node) => [
    `"load balancer" -> "${node.name}" [style=invis minlen=2]`,
    `"${node.name}" -> backups [style=invis]`,
  ]),
])}
}
`;
}

/** What the API asks of the stores, drawn once for each service; on a shared node nothing leaves it. */
function requests(flows: StackPlan["flows"], representative: (service: string) => string): string[] {
  const stores = [...new Set(flows.filter(({ from, to }) => from === "api" && to !== "api").map(({ to }) => to))];
  return stores
    .filter((store) => representative(store) !== representative("api"))
    .map((store) => {
      const ports = flows.filter(({ from, to }) => from === "api" && to === store).map(({ port }) => port);
      return `"${representative("api")}" -> "${representative(store)}" [label="${ports.join(", ")}"]`;
    });
}

/** Each statement once. */
function lines(statements: readonly string[]): string {
  return [...new Set(statements)].map((statement) => `  ${statement};`).join("\n");
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
