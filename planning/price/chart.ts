import { CLOUDS, type Cloud } from "../../components/model/cloud";
import { dollars, type Owner } from "../../cost/line";
import { OWNERS, serviceCents, type Summary } from "../../cost/summary";
import { element, label, svg, tooltip } from "../svg";
import { TIER_NAMES, type TierName } from "../../stacks/tiers";
import { planFrom } from "../plan";
import { pricePlan, type PricingArgs } from "./price";

/** One bar: a tier on a cloud. */
export interface Bar {
  readonly tier: TierName;
  readonly cloud: Cloud;
  readonly summary: Pick<Summary, "services" | "cents" | "budgetCents">;
}

/** The stack at every tier on every cloud, with the rest of its config unchanged. */
export async function chartBars(stack: string, settings: readonly string[], pricing: PricingArgs): Promise<Bar[]> {
  const bars: Bar[] = [];
  for (const tier of TIER_NAMES) {
    for (const cloud of CLOUDS) {
      const plan = planFrom(stack, [...settings, `tier=${tier}`, `cloud=${cloud}`]);
      bars.push({ tier, cloud, summary: (await pricePlan(plan, pricing)).summary });
    }
  }
  return bars;
}

/** Colours that colour-blind readers can distinguish. Source: Okabe and Ito, "Color Universal Design". */
const COLOURS: Readonly<Record<Owner, string>> = {
  api: "#56b4e9",
  timescaledb: "#e69f00",
  neo4j: "#009e73",
  redis: "#d55e00",
  stack: "#999999",
};

const WIDTH = 880;
const HEIGHT = 440;
const PLOT = { left: 70, top: 56, right: 20, bottom: 40 };
/** Pixels that a line of text needs above a bar. */
const TEXT_HEIGHT = 14;
const TEXT_GAP = 6;

/** A white edge around text, so that a line of the grid does not cross it. */
const HALO = { stroke: "#ffffff", "stroke-width": 4, "paint-order": "stroke" };

/** Stacked bars of services over tiers and clouds, a dashed line across each at its budget. */
export function chart(bars: readonly Bar[]): string {
  const plotHeight = HEIGHT - PLOT.top - PLOT.bottom;
  const highest = Math.max(...bars.map(({ summary }) => Math.max(summary.cents, summary.budgetCents)));
  const step = gridStep(highest);
  const lines = Math.ceil(highest / step);
  const top = lines * step;
  const y = (cents: number): number => PLOT.top + plotHeight * (1 - cents / top);
  const slot = (WIDTH - PLOT.left - PLOT.right) / bars.length;
  return svg(WIDTH, HEIGHT, "Dollars a month by service, for every tier on both clouds", [
    ...OWNERS.flatMap(legend),
    ...budgetLegend(OWNERS.length),
    ...Array.from({ length: lines + 1 }, (_, index) => gridLine(y(index * step), index * step)).flat(),
    ...bars.flatMap((bar, index) => drawnBar(bar, PLOT.left + slot * (index + 0.15), slot * 0.7, y)),
  ]);
}

/** Cents between two lines of the grid: a round number of dollars, so that at most five lines reach the highest value. */
function gridStep(cents: number): number {
  const least = cents / 5;
  const magnitude = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * magnitude).find((step) => step >= least)!;
}

function legend(owner: Owner, index: number): string[] {
  const x = PLOT.left + index * 120;
  return [element("rect", { x, y: 14, width: 12, height: 12, fill: COLOURS[owner] }), label(x + 18, 24, owner)];
}

function budgetLegend(index: number): string[] {
  const x = PLOT.left + index * 120;
  return [budgetLine(x, x + 24, 20), label(x + 30, 24, "budget")];
}

function budgetLine(x1: number, x2: number, y: number, content = ""): string {
  const line = { x1, x2, y1: y, y2: y, stroke: "#000000", "stroke-width": 2, "stroke-dasharray": "4 2" };
  return element("line", line, content);
}

function gridLine(y: number, cents: number): string[] {
  return [
    element("line", { x1: PLOT.left, x2: WIDTH - PLOT.right, y1: y, y2: y, stroke: "#dddddd" }),
    label(PLOT.left - 8, y + 4, wholeDollars(cents), { "text-anchor": "end" }),
  ];
}

function drawnBar({ tier, cloud, summary }: Bar, x: number, width: number, y: (cents: number) => number): string[] {
  let below = 0;
  const parts = OWNERS.map((owner) => {
    const cents = serviceCents(summary, owner);
    const [from, to] = [y(below + cents), y(below)];
    below += cents;
    const title = tooltip(`${tier} ${cloud}, ${owner}: ${dollars(cents)}`);
    return element("rect", { x, y: from, width, height: to - from, fill: COLOURS[owner] }, title);
  });
  const centred = { "text-anchor": "middle" };
  const budget = y(summary.budgetCents);
  return [
    ...parts,
    budgetLine(x - 6, x + width + 6, budget, tooltip(`budget: ${dollars(summary.budgetCents)}`)),
    label(x + width / 2, sumBaseline(y(summary.cents), budget), wholeDollars(summary.cents), { ...centred, ...HALO }),
    label(x + width / 2, HEIGHT - PLOT.bottom + 20, `${tier} ${cloud}`, centred),
  ];
}

/** Where a bar's sum is written: above the bar, and above the budget's line if that would cross the text. */
function sumBaseline(barTop: number, budget: number): number {
  const above = barTop - TEXT_GAP;
  const isCrossed = budget <= barTop + TEXT_GAP && budget >= above - TEXT_HEIGHT - TEXT_GAP;
  return isCrossed ? budget - TEXT_GAP : above;
}

function wholeDollars(cents: number): string {
  return `$${Math.round(cents / 100).toLocaleString("en-US")}`;
}
