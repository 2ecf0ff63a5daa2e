import { familyOf } from "../../components/model/machine-types";
import type { PriceBook } from "../prices/book";

/** The architecture's name in the price list. */
const ARM = "arm64";

/**
 * The cheapest arm64 type with at least as much CPU and memory, burstable only for a burstable type; undefined if the price
 * list has none.
 */
export function armTwin(book: PriceBook, type: string): string | undefined {
  const own = book.instance(type);
  if (own === undefined) {
    return undefined;
  }
  const burstable = (name: string): boolean => familyOf(book.cloud, name).startsWith("t");
  return Object.entries(book.prices.instances.types)
    .filter(
      ([name, { arch, vcpu, memGiB }]) =>
        arch === ARM && burstable(name) === burstable(type) && vcpu >= own.vcpu && memGiB >= own.memGiB,
    )
    .sort(([a, one], [b, other]) => one.hourly - other.hourly || (a < b ? -1 : 1))[0]?.[0];
}
