import type { Cloud } from "../../components/model/cloud";
import { estimate } from "../../cost/estimate";
import type { Estimate } from "../../cost/line";
import { priceBook } from "../../cost/prices/book";
import type { PurchaseOption } from "../../cost/purchase/options";
import type { CloudResource } from "../../cost/resource";
import { usageOf, withUsage } from "../../cost/usage";

/** A resource with nothing but what a test says of it. */
export function resource(
  type: string,
  inputs: Readonly<Record<string, unknown>> = {},
  more: Partial<CloudResource> = {},
): CloudResource {
  const name = more.name ?? "x";
  return {
    urn: `urn:pulumi:test::ape-deploy::${type}::${name}`,
    type,
    name,
    parent: "",
    inputs,
    outputs: {},
    dependsOn: [],
    ...more,
  };
}

/** A usage of nothing, but for what a test says. */
export function idle(given: Readonly<Record<string, number>> = {}): ReturnType<typeof usageOf> {
  const nothing = Object.fromEntries(
    [
      "queriesPerHour",
      "writtenGb",
      "natGbPerNode",
      "flowLogGbPerNode",
      "nodeLogGb",
      "secretReads",
      "orderReadsK",
      "statusWritesK",
      "dataGb.timescaledb",
      "dataGb.neo4j",
      "dataGb.redis",
    ].map((key) => [key, 0]),
  );
  return withUsage(usageOf("t1"), { ...nothing, ...given });
}

/** What resources cost on a cloud. */
export function priceOf(
  cloud: Cloud,
  resources: readonly CloudResource[],
  { usage = idle(), option }: { usage?: ReturnType<typeof usageOf>; option?: PurchaseOption } = {},
): Estimate {
  return estimate(resources, { book: priceBook(cloud), usage, ...(option === undefined ? {} : { option }) });
}
