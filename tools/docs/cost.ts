import { MEMORY_HEADROOM, SYSTEM_MEM_GIB } from "../../components/node/placement";
import { compare } from "../../cost/compare";
import { dollars } from "../../cost/line";
import { LIST } from "../../cost/prices/book";
import { purchaseRows } from "../../cost/purchase/comparison";
import { remedyFor } from "../../cost/remedy";
import { usageByKey, usageKeys, usageOf } from "../../cost/usage";
import { TIER_NAMES } from "../../stacks/tiers";
import type { PricedCell } from "../../planning/price/cells";
import { markdownTable } from "../../planning/price/print";
import { percent } from "../../planning/price/tables";
import { plannedNodes } from "../../planning/plan";

/** docs/cost.md, whole. */
export function costPage(cells: readonly PricedCell[]): string {
  const find = (name: string): PricedCell => cells.find((cell) => nameOf(cell) === name)!;
  return `${[
    '<!-- Made by "npm run docs" from cost/ and components/model/prices.json: change it there. -->',
    "# What it costs",
    INTRODUCTION,
    "![Dollars a month by service, packed, each tier with its own availability](cost.svg)",
    "## Every tier, cloud and placement",
    TABLE_INTRODUCTION,
    cellTable(cells),
    "## T3, highly available, packed",
    `Every service has three members in three zones. Of each node ${MEMORY_HEADROOM * 100} % stay free, and the system has ${SYSTEM_MEM_GIB} GiB; the rest is promised to the roles, and their systemd slices hold them to it.`,
    "### AWS",
    nodeTable(find("t3-aws-packed-ha")),
    "### Google Cloud",
    nodeTable(find("t3-gcp-packed-ha")),
    "## From T2 to T3",
    "Packed; T2 single as it is by default, T3 highly available.",
    changeTable(find("t2-aws-packed-single"), find("t3-aws-packed-ha")),
    changeTable(find("t2-gcp-packed-single"), find("t3-gcp-packed-ha")),
    "## Ways to pay",
    PAY_INTRODUCTION,
    payTable([find("t3-aws-packed-ha"), find("t4-gcp-packed-ha")]),
    "## What is assumed",
    "A plan says what there is, not how much it is used. These figures stand in for it; `--usage key=value` replaces any. Where they are from stands in `cost/usage.ts`.",
    usageTable(),
    "## Where prices are from",
    PRICES,
    sourceTable(),
  ].join("\n\n")}\n`;
}

const INTRODUCTION = `\`npm run cost -- --stack prod\` prices what a stack would deploy: every resource of the plan, a line for each thing that is
charged, each with the source and the date of its price. It needs no account, key or network. What costs money and has no
price is listed as such.

\`\`\`sh
npm run cost -- --stack prod --compare tier=t4             # what changes in price, by service
npm run cost -- --stack prod --json > base.json            # ... and later
npm run cost -- --stack prod --compare base.json --markdown
npm run cost -- --stack prod --state state.json            # what "pulumi stack export" says is there
npm run cost -- --stack prod --pay reserved-1y --discount 5 --price-book ours.yaml
npm run cost -- --stack prod --fail-above-budget           # exit code 1
\`\`\`

A price book has prices in dollars by their name, and a part off all others:

\`\`\`yaml
discountPercent: 5
prices:
  aws.ebs.gp3.storage: 0.072
  gcp.instances.n2-standard-4: 0.15
\`\`\``;

const TABLE_INTRODUCTION =
  "List prices on demand, with the usage of each tier, against the Scaling Strategy's budget (T1's is ours). Where a budget is exceeded, the last column says which way to pay keeps it: the one that binds least, none of them spot.";

const PAY_INTRODUCTION = `The last column is what the Scaling Strategy's rules of thumb make of the machines: 40 % off reserved, 70 % off spot. A
commitment on Google Cloud takes the place of sustained use and is never added to it. Of AWS' reservations only t3's price
is known; the other families' are t3's part of their own list price, an estimate.`;

const PRICES = `\`components/model/prices.json\` holds list prices of us-east-1 and us-central1 in dollars. A stack elsewhere
is priced by them too and says so; a price book has its own.
\`npm run prices:refresh\` asks the providers' own price lists and shows what changed.`;

function nameOf({ tier, cloud, placement, highlyAvailable }: PricedCell): string {
  return [tier, cloud, placement, highlyAvailable ? "ha" : "single"].join("-");
}

function cellTable(cells: readonly PricedCell[]): string {
  return markdownTable({
    head: ["Tier", "Cloud", "Placement", "", "Nodes", "Types", "A month", "Budget", "Left", "Kept by"],
    rows: cells.map(({ tier, cloud, placement, highlyAvailable, plan, priced }) => {
      const { cents, budgetCents } = priced.summary;
      const nodes = plannedNodes(plan);
      return [
        tier.toUpperCase(),
        cloud,
        placement,
        highlyAvailable ? "highly available" : "single",
        String(nodes.length),
        counted(nodes.map(({ instanceType }) => instanceType)),
        dollars(cents),
        dollars(budgetCents),
        dollars(budgetCents - cents),
        keptBy({ priced }),
      ];
    }),
  });
}

function keptBy({ priced: { resources, args, summary } }: Pick<PricedCell, "priced">): string {
  const remedy = remedyFor(resources, args, summary.budgetCents);
  if (remedy === undefined) {
    return "on-demand";
  }
  return remedy.option === undefined
    ? `none; ${dollars(remedy.cents)} at the least`
    : `${remedy.option}: ${dollars(remedy.cents)}`;
}

/** "2 t3a.xlarge, r5a.large" */
function counted(types: readonly string[]): string {
  const counts = new Map<string, number>();
  types.forEach((type) => counts.set(type, (counts.get(type) ?? 0) + 1));
  return [...counts].map(([type, count]) => (count === 1 ? type : `${count} ${type}`)).join(", ");
}

function nodeTable({ plan }: PricedCell): string {
  return markdownTable({
    head: ["Node", "Zone", "Type", "vCPU", "Roles, GiB", "With the system", "Of", "Free"],
    rows: plannedNodes(plan).map((node) => {
      const used = node.rolesMemGiB + SYSTEM_MEM_GIB;
      return [
        node.name,
        node.zone,
        node.instanceType,
        String(node.vcpu),
        rolesOf(plan, node),
        `${used.toFixed(2)} GiB`,
        `${node.memGiB} GiB`,
        percent(node.memGiB - used, node.memGiB),
      ];
    }),
  });
}

function rolesOf(plan: PricedCell["plan"], node: ReturnType<typeof plannedNodes>[number]): string {
  const placed = plan.nodes.find(({ name }) => name === node.name);
  return placed === undefined
    ? `${plan.apiGroup!.containersPerNode} API containers ${node.rolesMemGiB}`
    : placed.roles.map(({ role }) => `${role.name} ${Number(role.needs.memGiB.toFixed(2))}`).join(" + ");
}

function changeTable(from: PricedCell, to: PricedCell): string {
  const { services } = compare(from.priced.summary, to.priced.summary);
  const row = (name: string, before: number, after: number): string[] => [
    name,
    dollars(before),
    dollars(after),
    `${after > before ? "+" : ""}${dollars(after - before)}`,
  ];
  return markdownTable({
    head: [from.cloud, "T2", "T3", "Difference"],
    rows: [
      ...services.map(({ service, fromCents, toCents }) => row(service, fromCents, toCents)),
      row("together", from.priced.summary.cents, to.priced.summary.cents),
    ],
  });
}

function payTable(cells: readonly PricedCell[]): string {
  return markdownTable({
    head: ["Stack", "Way", "A month", "Machines", "Rule of thumb"],
    rows: cells.flatMap((cell) =>
      purchaseRows(cell.priced.resources, cell.priced.args).map(
        ({ way, cents, machineCents, ruleOfThumbCents, estimated }) => [
          `${cell.tier.toUpperCase()} ${cell.cloud}`,
          way,
          dollars(cents),
          `${dollars(machineCents)}${estimated ? " (estimated)" : ""}`,
          ruleOfThumbCents === undefined ? "" : dollars(ruleOfThumbCents),
        ],
      ),
    ),
  });
}

function usageTable(): string {
  const usages = TIER_NAMES.map(usageOf);
  return markdownTable({
    head: ["Assumption", ...TIER_NAMES.map((tier) => tier.toUpperCase())],
    rows: usageKeys(usages[0]!).map((key) => [`\`${key}\``, ...usages.map((usage) => String(usageByKey(usage)[key]))]),
  });
}

function sourceTable(): string {
  return markdownTable({
    head: ["Read", "Source"],
    rows: Object.values(LIST.sources).map(({ what, date }) => [date ?? "undated", what]),
  });
}
