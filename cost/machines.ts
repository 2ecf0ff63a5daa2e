import { machine } from "./book";
import { line, type Priced, type Pricing } from "./line";
import { HOURS_PER_MONTH } from "./money";
import type { PricedResource } from "./resource";

/** So many machines of a type for a month: on demand, with what Google takes off for a whole month's use. */
export function machines(resource: PricedResource, pricing: Pricing, type: string, count: number): Priced[] {
  const { book, cloud } = pricing;
  const found = machine(book, cloud, type);
  if (found === undefined) {
    return [{ resource: resource.name, type: resource.type, reason: `${type}: the price book doesn't know this type` }];
  }
  const { hourly, monthlyWithSUD } = found;
  const effective = monthlyWithSUD === undefined ? hourly : monthlyWithSUD / HOURS_PER_MONTH;
  const off = Math.round((1 - effective / hourly) * 100);
  const what = off === 0 ? type : `${type}, ${off} % off for sustained use`;
  const hours = { kind: "compute", what, quantity: count * HOURS_PER_MONTH, unit: "h" } as const;
  return [{ ...line(resource, hours, { usd: effective, source: book[cloud].sources.instances }), machineType: type }];
}
