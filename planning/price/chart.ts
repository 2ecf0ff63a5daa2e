import { CLOUDS, type Cloud } from "../../components/model/cloud";
import { dollars, type Owner } from "../../cost/line";
import { OWNERS, serviceCents, type Summary } from "../../cost/summary";
import { TIER_NAMES, type TierName } from "../../stacks/tiers";
import { planFrom } from "../plan";
import { pricePlan, type PricingArgs } from "./price";

/** One bar: a tier on a cloud. */
export interface Bar {
  readonly tier: TierName;
  readonly cloud: Cloud;
  readonly summary: Pick<Summary, "services" | "cents" | "budgetCents">;
}

/** The stack at every tier on both clouds, with the rest of its config as it is; what is said of one cloud only is left out. */
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

/** Colours that stay apart for the colour-blind. Source: Okabe and Ito, "Color Universal Design". */
const COLOURS: Readonly<Record<Owner, string>> = {
  api: "#56b4e9",
  timescaledb: "#e69f00",
  neo4j: "#009e73",
  redis: "#d55e00",
  stack: "#999999",
};

const WIDTH = 880;
const HEIGHT = 440;
const PLOT = { left: 70, top: 50, right: 20, bottom: 60 };

/** Stacked bars of services over tiers and clouds, a line across each at its budget. */
export function chart(bars: readonly Bar[]): string {
  const plotHeight = HEIGHT - PLOT.top - PLOT.bottom;
  const top = niceTop(Math.max(...bars.map(({ summary }) => Math.max(summary.cents, summary.budgetCents))));
  const y = (cents: number): number => PLOT.top + plotHeight * (1 - cents / top);
  const slot = (WIDTH - PLOT.left - PLOT.right) / bars.length;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => gridLine(y(top * part), top * part));
  const drawn = bars.map((bar, index) => barAt(bar, PLOT.left + slot * (index + 0.15), slot * 0.7, y));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    "<title>Dollars a month by service, for every tier on both clouds</title>",
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...OWNERS.map(legend),
    ...grid,
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

/** The next round number of dollars, in cents. */
function niceTop(cents: number): number {
  const step = 10 ** Math.floor(Math.log10(cents));
  return Math.ceil(cents / step) * step;
}

function legend(owner: Owner, index: number): string {
  const x = PLOT.left + index * 120;
  return `<rect x="${x}" y="16" width="12" height="12" fill="${COLOURS[owner]}"/><text x="${x + 18}" y="26">${owner}</text>`;
}

function gridLine(at: number, cents: number): string {
  return `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${round(at)}" y2="${round(at)}" stroke="#dddddd"/><text x="${PLOT.left - 8}" y="${round(at + 4)}" text-anchor="end">$${Math.round(cents / 100)}</text>`;
}

function barAt({ tier, cloud, summary }: Bar, x: number, width: number, y: (cents: number) => number): string {
  let below = 0;
  const parts = OWNERS.map((owner) => {
    const cents = serviceCents(summary, owner);
    const from = y(below + cents);
    const height = y(below) - from;
    below += cents;
    return `<rect x="${round(x)}" y="${round(from)}" width="${round(width)}" height="${round(height)}" fill="${COLOURS[owner]}"><title>${tier} ${cloud}, ${owner}: ${dollars(cents)}</title></rect>`;
  });
  const middle = round(x + width / 2);
  const budget = round(y(summary.budgetCents));
  return [
    ...parts,
    `<line x1="${round(x - 6)}" x2="${round(x + width + 6)}" y1="${budget}" y2="${budget}" stroke="#000000" stroke-width="2" stroke-dasharray="4 2"><title>budget: ${dollars(summary.budgetCents)}</title></line>`,
    `<text x="${middle}" y="${round(y(summary.cents) - 6)}" text-anchor="middle">$${Math.round(summary.cents / 100)}</text>`,
    `<text x="${middle}" y="${HEIGHT - PLOT.bottom + 20}" text-anchor="middle">${tier} ${cloud}</text>`,
  ].join("\n");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
