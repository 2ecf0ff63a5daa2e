import Table from "cli-table3";
import treeify from "object-treeify";
import { dollars } from "../../cost/line";
import type { Summary } from "../../cost/summary";
import type { StackPlan } from "../../stacks/plan";
import { AUTOSCALING, TIERS } from "../../stacks/tiers";
import type { Palette } from "../../planning/palette";
import type { PlannedNode, PlannedStack } from "../../planning/plan";
import type { Recorded } from "../../planning/record";

/** The plan as text: the tree of components, the nodes, the totals. */
export function report(plan: StackPlan, planned: PlannedStack, price: Summary, palette: Palette): string {
  return (
    [
      heading(plan, palette),
      tree(planned),
      nodeTable(planned.nodes, palette),
      summary(plan, planned, price),
      ...planned.notices.map((notice) => `Note: ${notice}`),
    ].join("\n\n") + "\n"
  );
}

function heading({ spec }: StackPlan, { bold, dim }: Palette): string {
  const { title, queriesPerHour } = TIERS[spec.tier];
  const load = queriesPerHour.max === undefined ? `${queriesPerHour.min}+` : `up to ${queriesPerHour.max}`;
  const availability = spec.highlyAvailable ? "highly available" : "single";
  return (
    bold(`${spec.stack}: ${spec.tier} (${title}) on ${spec.cloud}, ${spec.region}`) +
    dim(`\n${availability}, ${spec.placement}, ${load} queries an hour`)
  );
}

interface Branch {
  [name: string]: Branch | string;
}

/** Components as a tree, with the number of cloud resources by type. */
function tree({ resources }: PlannedStack): string {
  const children = new Map<string, Recorded[]>();
  for (const resource of resources) {
    children.set(resource.parent, [...(children.get(resource.parent) ?? []), resource]);
  }
  const branch = (parent: string): Branch => {
    const own = children.get(parent) ?? [];
    const components = own.filter((resource) => !resource.custom);
    const counted = countBy(
      own.filter((resource) => resource.custom && !resource.type.startsWith("pulumi:")).map(kindOf),
    );
    return {
      ...Object.fromEntries(
        components.map((component) => [`${component.name} (${component.type})`, branch(component.urn)]),
      ),
      ...(counted === "" ? {} : { [counted]: "" }),
    };
  };
  return treeify(branch(""), { spacerNeighbour: "│  ", keyNeighbour: "├─ ", keyNoNeighbour: "└─ ", separator: "" });
}

function kindOf({ type }: Recorded): string {
  return type.split(":").at(-1)!;
}

function countBy(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  kinds.forEach((kind) => counts.set(kind, (counts.get(kind) ?? 0) + 1));
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${count} ${kind}`)).join(", ");
}

function nodeTable(nodes: readonly PlannedNode[], { bold }: Palette): string {
  const table = new Table({
    head: ["node", "type", "vCPU", "GiB", "used", "zone", "address", "roles", "data disks"].map(bold),
    style: { head: [], border: [], compact: true },
  });
  for (const node of nodes) {
    table.push([
      node.name,
      node.instanceType,
      node.vcpu,
      node.memGiB,
      `${Math.round((node.rolesMemGiB / node.memGiB) * 100)} %`,
      node.zone,
      node.privateIp ?? "(assigned by the cloud)",
      node.roles.join(" "),
      node.disks.map(({ name, sizeGiB }) => `${name} ${sizeGiB} GiB`).join(", "),
    ]);
  }
  return table.toString();
}

function summary(plan: StackPlan, planned: PlannedStack, price: Summary): string {
  const total = (pick: (node: PlannedNode) => number): number =>
    planned.nodes.reduce((sum, node) => sum + pick(node), 0);
  const disks = total((node) => node.disks.reduce((sum, disk) => sum + disk.sizeGiB, 0));
  const { apiGroup: group, cluster } = plan;
  const resources = planned.resources.filter((resource) => resource.custom).length;
  const nodes = planned.nodes.length === 1 ? "1 node" : `${planned.nodes.length} nodes`;
  return [
    `${nodes}, ${total((node) => node.vcpu)} vCPU, ${total((node) => node.memGiB)} GiB, ${disks} GiB of data disks, ${resources} cloud resources`,
    ...(group === undefined
      ? []
      : [`API: ${group.minNodes} to ${group.maxNodes} nodes with ${group.containersPerNode} containers each`]),
    ...(cluster === undefined
      ? []
      : [
          `API: ${AUTOSCALING.minContainers} to ${AUTOSCALING.maxContainers} pods on ${cluster.nodes} nodes of the cluster`,
        ]),
    ...priceLines(price),
  ].join("\n");
}

/** The price and the budget. `npm run cost` has the details. */
function priceLines({ cents, budgetCents, unpriced, stack }: Summary): string[] {
  const left = budgetCents - cents;
  return [
    `price: ${dollars(cents)} a month at the list price (npm run cost -- --stack ${stack})`,
    `budget: ${dollars(budgetCents)} a month, ${left >= 0 ? `${dollars(left)} left` : `exceeded by ${dollars(-left)}`}`,
    ...(unpriced.length === 0 ? [] : [`not in the price: ${unpriced.map(({ resource }) => resource).join(", ")}`]),
  ];
}
