import type { Cloud } from "../../components/model/cloud";
import type { PriceList } from "../../cost/prices/schema";
import type { ProviderList } from "./quote";

/** A price that a refresh changes or adds. */
export interface PriceChange {
  /** "aws.t3.large hourly", "gcp.disk.pd-ssd". */
  readonly name: string;
  /** Undefined for a new price. */
  readonly from?: number;
  readonly to: number;
}

export interface Refreshed {
  readonly list: PriceList;
  readonly changes: readonly PriceChange[];
  /** Names of the prices that a provider's list has. Their source is now that list. */
  readonly confirmed: readonly string[];
  /** Service prices of the refreshed clouds that no provider's list has. */
  readonly untouched: readonly string[];
}

interface Mutable extends Record<Cloud, MutableCloud> {
  sources: Record<string, { what: string; date: string | null }>;
}
interface MutableCloud {
  instances: { source: string; types: Record<string, Record<string, number | string>> };
  services: Record<string, { usd?: number; tiers?: { usd: number }[]; source: string }>;
}

/** Significant digits in a comparison of prices. */
const PRECISION = 9;

/** Updates our price list from the providers' lists. Ignores types and names that our list does not have. */
export function refresh(list: PriceList, providers: readonly ProviderList[]): Refreshed {
  const merged = structuredClone(list) as unknown as Mutable;
  const changes: PriceChange[] = [];
  const confirmed: string[] = [];
  const note = (name: string, from: number | undefined, to: number): void => {
    confirmed.push(name);
    if (from === undefined || from.toPrecision(PRECISION) !== to.toPrecision(PRECISION)) {
      changes.push({ name, ...(from === undefined ? {} : { from }), to });
    }
  };
  for (const { cloud, quotes, source } of providers) {
    const { instances, services } = merged[cloud];
    merged.sources[source.id] = { what: source.what, date: source.date };
    for (const { name, field, usd } of quotes) {
      if (field !== undefined) {
        const type = instances.types[name];
        if (type !== undefined) {
          const before = type[field] as number | undefined;
          note(`${cloud}.${name} ${field}`, before, usd);
          if (field === "hourly" && typeof type.monthlyWithSUD === "number") {
            type.monthlyWithSUD *= usd / before!; // a fixed part of the list price
          }
          type[field] = usd;
          type.source = source.id;
        }
        continue;
      }
      const service = services[name];
      if (service !== undefined) {
        note(`${cloud}.${name}`, service.tiers?.[0]?.usd ?? service.usd, usd);
        (service.tiers?.[0] ?? service).usd = usd;
        service.source = source.id;
      }
    }
  }
  const known = new Set(confirmed);
  return {
    list: merged as unknown as PriceList,
    changes,
    confirmed,
    untouched: providers.flatMap(({ cloud }) =>
      Object.keys(list[cloud].services)
        .map((name) => `${cloud}.${name}`)
        .filter((name) => !known.has(name)),
    ),
  };
}
