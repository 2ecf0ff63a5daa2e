import type { Service } from "../components/model/role";
import { groupBy } from "../policy/group-by";
import type { StackPlan } from "../stacks/plan";
import { plannedNodes, type PlannedNode } from "./plan";
import { element, label, svg } from "./svg";

const COLOURS: Readonly<Record<Service, string>> = {
  api: "#dbeafe",
  timescaledb: "#fde68a",
  neo4j: "#bbf7d0",
  redis: "#fecaca",
};
const SHARED_NODE = "#f8fafc";
const BALANCER = "#e9d5ff";
const BUCKET = "#e2e8f0";
const LINE = "#64748b";
const TEXT = "#334155";

/** Pixels. A node is as wide as its longest usual line, "e2-standard-4, 16 GiB". */
const NODE_WIDTH = 138;
const LINE_HEIGHT = 15;
const GAP = 16;
const MARGIN = 20;
/** Height of a zone's name, below its nodes, where no arrow crosses it. */
const ZONE_TITLE = 24;
/** Width of the ports left of the zones, and of the backups right of them. */
const PORTS_WIDTH = 130;
const BACKUPS_WIDTH = 150;
const BALANCER_TOP = 100;
const BALANCER_HEIGHT = 36;
const ZONES_TOP = 190;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Placed extends Box {
  readonly node: PlannedNode;
}

/** Nodes with the same services. */
interface Row extends Pick<Box, "y" | "height"> {
  readonly services: readonly string[];
  /** From left to right. */
  readonly nodes: readonly Placed[];
}

interface Zone extends Box {
  readonly name: string;
}

/** Draws a plan as SVG: a column for each zone, a row for each set of services, the ports that the API uses, the backups. */
export function picture(plan: StackPlan): string {
  const { spec } = plan;
  const { zones, rows } = layout(plannedNodes(plan));
  const right = zones.at(-1)!.x + zones.at(-1)!.width;
  const bottom = zones[0]!.y + zones[0]!.height;
  const width = right + BACKUPS_WIDTH + MARGIN;
  const centre = (zones[0]!.x + right) / 2;
  const title = `${spec.stack}: ${spec.tier} on ${spec.cloud}, ${spec.region}, ${spec.placement}${spec.highlyAvailable ? ", highly available" : ""}`;
  const stores = rows.filter(({ services }) => services.some((service) => service !== "api"));
  return svg(width, bottom + MARGIN, title, [
    arrowHead(),
    label(width / 2, 28, title, { "text-anchor": "middle", "font-size": "16" }),
    ...zones.map(zoneBox),
    ...clients(centre),
    ...rows
      .filter(isApi)
      .flatMap(({ nodes }) =>
        nodes.map((node) => arrow(centre, BALANCER_TOP + BALANCER_HEIGHT, node.x + node.width / 2, node.y)),
      ),
    ...box({ x: centre - 60, y: BALANCER_TOP, width: 120, height: BALANCER_HEIGHT }, BALANCER, ["load balancer"]),
    ...rows.flatMap(({ nodes }) => nodes.flatMap(nodeBox)),
    ...rows.filter((row) => !isApi(row)).flatMap((row) => apiFlow(plan, row)),
    ...backups(stores, right, spec.backupRetentionDays),
  ]);
}

function isApi({ services }: Pick<Row, "services">): boolean {
  return services.includes("api");
}

function layout(nodes: readonly PlannedNode[]): { zones: Zone[]; rows: Row[] } {
  const groups = [...groupBy(nodes, ({ services }) => services.join()).values()].sort(
    ([a], [b]) => Number(isApi(b!)) - Number(isApi(a!)),
  );
  const names = [...new Set(nodes.map(({ zone }) => zone))].sort();
  const inZone = (group: readonly PlannedNode[], zone: string): PlannedNode[] =>
    group.filter((node) => node.zone === zone);
  const zones: Zone[] = [];
  let x = MARGIN + (groups.every(([first]) => isApi(first!)) ? 0 : PORTS_WIDTH);
  const bodyHeight = groups.reduce((sum, group) => sum + rowHeight(group) + GAP, 0);
  for (const name of names) {
    const columns = Math.max(...groups.map((group) => inZone(group, name).length));
    const width = columns * (NODE_WIDTH + GAP) + GAP;
    zones.push({ name, x, y: ZONES_TOP, width, height: GAP + bodyHeight + ZONE_TITLE - GAP / 2 });
    x += width + GAP;
  }
  let y = ZONES_TOP + GAP;
  const rows = groups.map((group): Row => {
    const height = rowHeight(group);
    const placed = zones.flatMap((zone) =>
      inZone(group, zone.name).map((node, index): Placed => {
        const size = { width: NODE_WIDTH, height };
        return { node, x: zone.x + GAP + index * (NODE_WIDTH + GAP), y, ...size };
      }),
    );
    const row = { y, height, services: group[0]!.services, nodes: placed };
    y += height + GAP;
    return row;
  });
  return { zones, rows };
}

function rowHeight(nodes: readonly PlannedNode[]): number {
  return Math.max(...nodes.map((node) => nodeLines(node).length)) * LINE_HEIGHT + 12;
}

function nodeLines({ name, roles, instanceType, memGiB, privateIp }: PlannedNode): string[] {
  return [
    name,
    ...(roles.length > 1 ? roles : []),
    `${instanceType}, ${memGiB} GiB`,
    ...(privateIp === null ? [] : [privateIp]),
  ];
}

function nodeBox(placed: Placed): string[] {
  const { services } = placed.node;
  return box(placed, services.length === 1 ? COLOURS[services[0] as Service] : SHARED_NODE, nodeLines(placed.node));
}

function box({ x, y, width, height }: Box, fill: string, lines: readonly string[]): string[] {
  const first = y + height / 2 - ((lines.length - 1) * LINE_HEIGHT) / 2 + 4;
  return [
    element("rect", { x, y, width, height, rx: 8, fill, stroke: TEXT }),
    ...lines.map((line, index) => label(x + width / 2, first + index * LINE_HEIGHT, line, { "text-anchor": "middle" })),
  ];
}

function zoneBox({ name, x, y, width, height }: Zone): string {
  const frame = { x, y, width, height, rx: 10, fill: "none", stroke: LINE, "stroke-dasharray": "5 4" };
  return element("rect", frame) + label(x + width / 2, y + height - 10, name, { fill: TEXT, "text-anchor": "middle" });
}

function clients(centre: number): string[] {
  return [
    label(centre, 60, "clients", { "text-anchor": "middle" }),
    arrow(centre, 68, centre, BALANCER_TOP),
    label(centre + 8, 88, "HTTPS", { fill: LINE }),
  ];
}

/** The ports on which the API connects to a row's services, left of the row. */
function apiFlow({ flows }: StackPlan, { nodes, services, y, height }: Row): string[] {
  const ports = flows.filter(({ from, to }) => from === "api" && services.includes(to)).map(({ port }) => port);
  const middle = y + height / 2;
  const end = nodes[0]!.x;
  return [
    arrow(MARGIN, middle, end, middle),
    label(MARGIN, middle - 6, "from the API", { fill: TEXT }),
    ...inLines(ports.sort((a, b) => a - b)).map((line, index) =>
      label(MARGIN, middle + 16 + index * LINE_HEIGHT, line, { fill: TEXT }),
    ),
  ];
}

/** Ports in lines that fit beside the zones. */
function inLines(ports: readonly number[]): string[] {
  const perLine = 3;
  return Array.from({ length: Math.ceil(ports.length / perLine) }, (_, index) =>
    ports.slice(index * perLine, (index + 1) * perLine).join(", "),
  );
}

/** The bucket, and a dashed line from each row that writes to it. */
function backups(stores: readonly Row[], right: number, days: number): string[] {
  const middles = stores.map(({ y, height }) => y + height / 2);
  const bus = right + GAP;
  const middle = (Math.min(...middles) + Math.max(...middles)) / 2;
  const dashed = { stroke: LINE, "stroke-dasharray": "4 3" };
  const bucket = { x: bus + 34, y: middle - 26, width: 84, height: 52 };
  return [
    ...stores.map(({ nodes }, index) => {
      const last = nodes.at(-1)!;
      return element("line", { x1: last.x + last.width, y1: middles[index]!, x2: bus, y2: middles[index]!, ...dashed });
    }),
    element("line", { x1: bus, y1: Math.min(...middles), x2: bus, y2: Math.max(...middles), ...dashed }),
    arrow(bus, middle, bucket.x, middle, { "stroke-dasharray": "4 3" }),
    ...box(bucket, BUCKET, ["backups", `${days} days`]),
  ];
}

function arrow(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  attributes: Readonly<Record<string, string>> = {},
): string {
  return element("line", { x1, y1, x2, y2, stroke: LINE, "marker-end": "url(#arrow)", ...attributes });
}

function arrowHead(): string {
  const head = element("path", { d: "M0,0 L8,4 L0,8 z", fill: LINE });
  const marker = { id: "arrow", refX: "8", refY: "4", markerWidth: "8", markerHeight: "8", orient: "auto" };
  return element("defs", {}, element("marker", marker, head));
}
