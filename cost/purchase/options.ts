import { familyOf } from "../../components/model/machine-types";
import { HOURS_PER_MONTH, type PriceBook } from "../prices/book";
import type { Source } from "../prices/schema";

export const OPTIONS = ["on-demand", "sustained-use", "reserved-1y", "reserved-3y", "spot"] as const;
/**
 * Purchase option of a machine. "sustained-use": Google Cloud's automatic discount for machines that run all month.
 * "reserved-…": on AWS a standard reservation without upfront payment, on Google Cloud committed use, which replaces
 * sustained use.
 */
export type PurchaseOption = (typeof OPTIONS)[number];

/** A machine's monthly price. */
export interface MachinePrice {
  readonly usd: number;
  readonly source: Source;
  /** Whether the price is derived from another type's discount. */
  readonly estimated: boolean;
}

/** A machine's monthly price under an option; undefined if it is not sold so or has no known price. */
export function machinePrice(book: PriceBook, type: string, option: PurchaseOption): MachinePrice | undefined {
  const price = book.instance(type);
  if (price === undefined) {
    return undefined;
  }
  const list = price.hourly * HOURS_PER_MONTH;
  const source = price.source === undefined ? book.instances : book.sources[price.source]!;
  const exact = (usd: number | undefined): MachinePrice | undefined =>
    usd === undefined ? undefined : { usd, source, estimated: false };
  const { commitments, spot } = book.prices;
  const share = (part: number, source: string, estimated: boolean): MachinePrice => ({
    usd: list * part,
    source: book.sources[source]!,
    estimated,
  });
  switch (option) {
    case "on-demand":
      return exact(list);
    case "sustained-use":
      return exact(price.monthlyWithSUD);
    case "reserved-1y":
    case "reserved-3y": {
      const [monthly, hourly] =
        option === "reserved-1y"
          ? [price.monthly1yCUD, price.hourly1yReserved]
          : [price.monthly3yCUD, price.hourly3yReserved];
      const committed = monthly ?? (hourly === undefined ? undefined : hourly * HOURS_PER_MONTH);
      if (committed !== undefined || commitments === undefined) {
        return exact(committed);
      }
      const part = option === "reserved-1y" ? commitments.share.oneYear : commitments.share.threeYears;
      return share(part, commitments.source, familyOf(book.cloud, type) !== commitments.family);
    }
    case "spot":
      if (price.hourlySpot !== undefined) {
        return exact(price.hourlySpot * HOURS_PER_MONTH);
      }
      return spot === undefined ? undefined : share(spot.share, spot.source, true);
  }
}
