import type { InstancePrice } from "../../cost/prices/schema";
import { tidy } from "./aws";
import { get, ProviderError, type ProviderList, type ProviderQuote } from "./quote";

/** Google Cloud's public price list, which requires an API key of any project. Source: Cloud Billing Catalog API. */
const GCP_PRICES = "https://cloudbilling.googleapis.com";

/** The catalogue's id of Compute Engine. */
const COMPUTE_ENGINE = "6F81-5844-456A";

/** A price in the catalogue. */
export interface Sku {
  readonly description: string;
  readonly category: { readonly usageType: string };
  readonly serviceRegions: readonly string[];
  readonly pricingInfo: readonly {
    readonly effectiveTime: string;
    readonly pricingExpression: {
      readonly usageUnit: string;
      readonly tieredRates: readonly { readonly unitPrice: { readonly units?: string; readonly nanos?: number } }[];
    };
  }[];
}

/** The catalogue's names of the machine families, which are priced by CPU and memory. */
const FAMILIES: Readonly<Record<string, string>> = {
  e2: "E2 Instance",
  n1: "N1 Predefined Instance",
  n2: "N2 Instance",
  n2d: "N2D AMD Instance",
  c2: "Compute optimized",
  c2d: "C2D AMD Instance",
  t2d: "T2D AMD Instance",
};

const DISKS: Readonly<Record<string, string>> = {
  "disk.pd-balanced": "Balanced PD Capacity",
  "disk.pd-ssd": "SSD backed PD Capacity",
  "disk.pd-standard": "Storage PD Capacity",
};

/** The catalogue's usage types, with the field in our price list and the prefix of the descriptions. */
const WAYS = {
  OnDemand: { field: "hourly", prefix: "" },
  Preemptible: { field: "hourlySpot", prefix: "Spot Preemptible " },
} as const;

/** Reads the catalogue for a region and prices the given instance types. */
export async function gcpList(
  args: {
    readonly region: string;
    readonly key: string;
    readonly types: Readonly<Record<string, InstancePrice>>;
    readonly today: Date;
  },
  base = GCP_PRICES,
): Promise<ProviderList> {
  const skus: Sku[] = [];
  let page = "";
  do {
    const query = new URLSearchParams({ key: args.key, pageSize: "5000", ...(page === "" ? {} : { pageToken: page }) });
    const response = await get(`${base}/v1/services/${COMPUTE_ENGINE}/skus?${query.toString()}`);
    const { skus: found, nextPageToken } = (await response.json()) as { skus?: Sku[]; nextPageToken?: string };
    if (found === undefined) {
      throw new ProviderError(`${base}/v1/services/${COMPUTE_ENGINE}/skus: no skus in the response`);
    }
    skus.push(...found.filter(({ serviceRegions }) => serviceRegions.includes(args.region)));
    page = nextPageToken ?? "";
  } while (page !== "");
  return {
    cloud: "gcp",
    quotes: gcpQuotes(skus, args.types),
    source: {
      id: "google-billing-catalog",
      what: `${GCP_PRICES}/v1/services/${COMPUTE_ENGINE}/skus, ${args.region}`,
      date: args.today.toISOString().slice(0, 10), // the catalogue has the current prices only
    },
  };
}

/** The prices that our list has, from a region's SKUs. */
function gcpQuotes(skus: readonly Sku[], types: Readonly<Record<string, InstancePrice>>): ProviderQuote[] {
  const find = (start: string, usageType: string): number | undefined => {
    const sku = skus.find(
      ({ description, category }) => category.usageType === usageType && description.startsWith(start),
    );
    return sku && usdOf(sku);
  };
  const instances = Object.entries(types).flatMap(([name, { vcpu, memGiB }]) => {
    const family = FAMILIES[name.split("-")[0]!];
    return Object.entries(WAYS).flatMap(([usageType, { field, prefix }]): ProviderQuote[] => {
      if (family === undefined) {
        return [];
      }
      const core = find(`${prefix}${family} Core running`, usageType);
      const ram = find(`${prefix}${family} Ram running`, usageType);
      return core === undefined || ram === undefined
        ? []
        : [{ cloud: "gcp", name, field, usd: tidy(vcpu * core + memGiB * ram) }];
    });
  });
  const disks = Object.entries(DISKS).flatMap(([name, description]): ProviderQuote[] => {
    const usd = find(description, "OnDemand");
    return usd === undefined ? [] : [{ cloud: "gcp", name, usd }];
  });
  return [...instances, ...disks];
}

function usdOf({ pricingInfo }: Sku): number {
  const rates = pricingInfo[0]!.pricingExpression.tieredRates;
  const { units = "0", nanos = 0 } = rates.at(-1)!.unitPrice; // earlier rates are free tiers
  return tidy(Number(units) + nanos / 1e9);
}
