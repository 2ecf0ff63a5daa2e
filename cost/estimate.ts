import type { Cloud } from "../components/platform/platform";
import { AWS, AWS_FREE } from "./aws";
import { rate, type PriceBook } from "./book";
import { GCP, GCP_FREE } from "./gcp";
import { isLine, KINDS, line, part, type Kind, type Line, type Priced, type Pricing, type Unpriced } from "./line";
import { exactly, sumOf } from "./money";
import { at, numberAt, type PricedResource } from "./resource";
import { replicatedGiB, sentGiB } from "./traffic";
import type { Usage } from "./usage";

/** What a stack costs a month. */
export interface Estimate {
  readonly monthlyUsd: number;
  readonly lines: readonly Line[];
  /** What costs money without a price in the book: not in the sum. */
  readonly unpriced: readonly Unpriced[];
}

export interface EstimateArgs {
  readonly cloud: Cloud;
  readonly resources: readonly PricedResource[];
  readonly book: PriceBook;
  readonly usage: Usage;
  /** Zones that data nodes stand in: traffic between them costs. */
  readonly zones: number;
  /** Percent that a company has agreed off everything. Default 0. */
  readonly discountPercent?: number;
}

const PRICERS = { aws: AWS, gcp: GCP };
const FREE = { aws: AWS_FREE, gcp: GCP_FREE };
/** What belongs to no cloud's bill: names and passwords that Pulumi makes, and what runs on nodes that are counted. */
const NOBODYS = /^(pulumi|random|kubernetes):/;

/** Prices resources. Pure; neither the resources' order nor that of their properties matters. */
export function estimate(args: EstimateArgs): Estimate {
  const { cloud, book, usage, zones, discountPercent = 0 } = args;
  const resources = [...args.resources].sort((a, b) => order(`${a.type} ${a.name}`, `${b.type} ${b.name}`));
  const pricing: Pricing = { cloud, book, usage, resources, machines: machinesOf(resources) };
  const priced = [...resources.flatMap((resource) => priceOf(resource, pricing)), ...traffic(pricing, zones)];
  const share = 1 - discountPercent / 100;
  const lines = priced.filter(isLine).map((each) => ({
    ...each,
    unitUsd: each.unitUsd * share,
    monthlyUsd: exactly(each.quantity * each.unitUsd * share),
  }));
  return {
    monthlyUsd: sumOf(lines.map(({ monthlyUsd }) => monthlyUsd)),
    lines,
    unpriced: priced.filter((each): each is Unpriced => !isLine(each)),
  };
}

function priceOf(resource: PricedResource, pricing: Pricing): readonly Priced[] {
  const pricer = PRICERS[pricing.cloud][resource.type];
  if (pricer !== undefined) {
    return pricer(resource, pricing);
  }
  const { type } = resource;
  return NOBODYS.test(type) || FREE[pricing.cloud].some((free) => free.test(type))
    ? []
    : [{ resource: resource.name, type, reason: "nobody has said yet what this type costs" }];
}

/** What no resource stands for: answers to the internet, and what replicas are told across zones. */
function traffic(pricing: Pricing, zones: number): Priced[] {
  const { cloud, usage, book } = pricing;
  const stack: PricedResource = { type: "traffic", name: "traffic", id: "", inputs: {} };
  const outside = internet(cloud, book);
  const sent = { kind: "network", what: "to the internet", quantity: sentGiB(usage), unit: "GiB" } as const;
  return [
    ...(outside === undefined
      ? [{ resource: stack.name, type: stack.type, reason: `to the internet: the price book has none for ${cloud}` }]
      : [line(stack, sent, outside)]),
    ...(zones > 1
      ? part(stack, pricing, {
          kind: "network",
          what: "between zones, both ways",
          // Each replica in another zone is told once, and both ends pay.
          quantity: replicatedGiB(usage) * (zones - 1) * 2,
          unit: "GiB",
          price: "dataTransfer.interAzPerGbEachDirection",
        })
      : []),
  ];
}

/** The first step of the clouds' steps: no tier sends more than 10 TB (AWS) or 1 TB (Google) a month. */
function internet(cloud: Cloud, book: PriceBook): ReturnType<typeof rate> {
  if (cloud === "aws") {
    return rate(book, cloud, "dataTransfer.internetFirst10TBPerGb");
  }
  const { egressInternetPerGb } = book.gcp as unknown as {
    egressInternetPerGb?: { worldwideFirst1TB: number; source: string };
  };
  return egressInternetPerGb && { usd: egressInternetPerGb.worldwideFirst1TB, source: egressInternetPerGb.source };
}

/** Machines that run all month. */
function machinesOf(resources: readonly PricedResource[]): number {
  return resources.reduce((total, { type, inputs }) => {
    switch (type) {
      case "aws:ec2/instance:Instance":
      case "gcp:compute/instance:Instance":
        return total + 1;
      case "aws:autoscaling/group:Group":
        return total + (numberAt(inputs, "minSize") ?? 0);
      case "gcp:compute/regionAutoscaler:RegionAutoscaler":
        return total + (Number(at(inputs, "autoscalingPolicy.minReplicas")) || 0);
      default:
        return total;
    }
  }, 0);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An estimate's sums by service and kind. */
export function byServiceAndKind({ lines }: Estimate): Map<string, Map<Kind, number>> {
  const services = [...new Set(lines.map(({ service }) => service))].sort(order);
  return new Map(
    services.map((service) => [
      service,
      new Map(
        KINDS.map((kind) => [
          kind,
          sumOf(lines.filter((each) => each.service === service && each.kind === kind).map((each) => each.monthlyUsd)),
        ]),
      ),
    ]),
  );
}
