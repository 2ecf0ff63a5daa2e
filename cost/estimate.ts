import type { Cloud } from "../components/model/cloud";
import { sumCents, type Estimate, type Line, type Machine, type Unpriced } from "./line";
import { machinePrice, type PurchaseOption } from "./purchase/options";
import type { PriceBook } from "./prices/book";
import type { CloudResource } from "./resource";
import { AWS_RULES } from "./services/aws";
import type { Charge, PricingRule } from "./services/charge";
import { isFree } from "./services/free";
import { GCP_RULES } from "./services/gcp";
import { kubernetesRules } from "./services/kubernetes";
import { ownersOf } from "./services/owners";
import { worldOf } from "./services/world";
import type { Usage } from "./usage";

export interface EstimateArgs {
  readonly book: PriceBook;
  readonly usage: Usage;
  /** Purchase option for machines. Default: on demand, the list price. A type that is not sold under the option stays on demand. */
  readonly option?: PurchaseOption;
}

const PRICING_RULES: Readonly<Record<Cloud, Readonly<Record<string, PricingRule>>>> = {
  aws: { ...AWS_RULES, ...kubernetesRules("aws") },
  gcp: { ...GCP_RULES, ...kubernetesRules("gcp") },
};

/**
 * Monthly cost of resources. Their order does not matter; lines are sorted by URN. Resources that cost money but have no price
 * are reported as unpriced.
 */
export function estimate(resources: readonly CloudResource[], args: EstimateArgs): Estimate {
  const world = worldOf(resources, args.usage);
  const lines: Line[] = [];
  const unpriced: Unpriced[] = [];
  for (const resource of world.all) {
    const refuse = (reason: string): unknown =>
      unpriced.push({ urn: resource.urn, resource: resource.name, type: resource.type, reason });
    const rule = PRICING_RULES[args.book.cloud][resource.type];
    if (rule === undefined) {
      if (!isFree(resource.type)) {
        refuse("no pricing rule for this type");
      }
      continue;
    }
    const charges = rule(resource, world);
    if (typeof charges === "string") {
      refuse(charges);
      continue;
    }
    for (const charge of charges) {
      const line = priced(resource, charge, args);
      if (typeof line === "string") {
        refuse(line);
      } else if (line.count > 0) {
        lines.push(line);
      }
    }
  }
  return { lines, unpriced, cents: sumCents(lines) };
}

/** A line, or the reason why there is none. */
function priced(resource: CloudResource, charge: Charge, args: EstimateArgs): Line | string {
  const { kind, item, price, count = 1, quantity = 1, assumed = false } = charge;
  const common = { urn: resource.urn, resource: resource.name, owners: ownersOf(resource), kind, count, quantity };
  if (!Number.isFinite(quantity) || quantity < 0 || !Number.isFinite(count)) {
    return `${item}: its quantity is not known`;
  }
  if (typeof price !== "string") {
    return machineLine(common, price, args);
  }
  const quote = args.book.service(price);
  if (quote === undefined) {
    return `${item}: no price "${price}"`;
  }
  const { unit, source } = quote;
  const cents = count * toCents(quote.of(quantity));
  return { ...common, item, unit, source, cents, assumed, estimated: false };
}

type Common = Pick<Line, "urn" | "resource" | "owners" | "kind" | "count" | "quantity">;

function machineLine(common: Common, machine: Machine, { book, option = "on-demand" }: EstimateArgs): Line | string {
  const wanted = machine.isSpot ? "spot" : option === "spot" && !machine.mayBeSpot ? "on-demand" : option;
  const bought = machinePrice(book, machine.type, wanted);
  const price = bought ?? machinePrice(book, machine.type, "on-demand");
  if (price === undefined) {
    return `no price of instance type ${machine.type}`;
  }
  return {
    ...common,
    item: `${machine.type}, ${bought === undefined ? "on-demand" : wanted}`,
    unit: "month",
    cents: common.count * toCents(price.usd),
    source: price.source,
    assumed: false,
    estimated: price.estimated,
    machine,
  };
}

/** Rounds to the nearest cent. The epsilon compensates for half cents that lie just below .5 in binary. */
function toCents(usd: number): number {
  return Math.round(usd * 100 + 1e-9);
}
