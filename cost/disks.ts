import { part, type Priced, type Pricing } from "./line";
import type { PricedResource } from "./resource";

/** What a disk is: as EBS and Persistent Disk describe theirs. */
export interface DiskShape {
  readonly what: string;
  readonly type: string;
  readonly sizeGiB: number;
  readonly count: number;
  /** Provisioned operations a second; absent: what the type has without paying. */
  readonly iops?: number;
  /** Provisioned MiB a second. */
  readonly throughput?: number;
}

/** What gp3 has without paying. */
const GP3 = { iops: 3000, throughput: 125 };

/** An EBS volume. */
export function ebs(resource: PricedResource, pricing: Pricing, disk: DiskShape): Priced[] {
  const { what, type, sizeGiB, count, iops = GP3.iops, throughput = GP3.throughput } = disk;
  const kind = "disks";
  const size = { kind, what: `${what}, ${type}`, quantity: count * sizeGiB, unit: "GiB" } as const;
  if (type === "io1" || type === "io2") {
    return [
      ...part(resource, pricing, { ...size, price: "ebs.io1io2GbMonth" }),
      ...part(resource, pricing, {
        ...{ kind, what: `${what}, operations`, quantity: count * iops, unit: "IOPS" },
        price: "ebs.io1io2IopsMonth",
      }),
    ];
  }
  if (type !== "gp3") {
    return part(resource, pricing, { ...size, price: `ebs.${type}GbMonth` });
  }
  return [
    ...part(resource, pricing, { ...size, price: "ebs.gp3GbMonth" }),
    ...part(resource, pricing, {
      ...{
        kind,
        what: `${what}, operations over ${GP3.iops}`,
        quantity: count * Math.max(0, iops - GP3.iops),
        unit: "IOPS",
      },
      price: "ebs.gp3IopsMonthOver3000",
    }),
    ...part(resource, pricing, {
      kind,
      what: `${what}, throughput over ${GP3.throughput}`,
      quantity: count * Math.max(0, throughput - GP3.throughput),
      unit: "MiB/s",
      price: "ebs.gp3ThroughputMiBpsMonthOver125",
    }),
  ];
}

/** A Persistent Disk: "pd-balanced" is the book's pdBalanced. */
export function persistentDisk(
  resource: PricedResource,
  pricing: Pricing,
  { what, type, sizeGiB, count }: DiskShape,
): Priced[] {
  const name = type.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return part(resource, pricing, {
    ...{ kind: "disks", what: `${what}, ${type}`, quantity: count * sizeGiB, unit: "GiB" },
    price: `disk.${name}GbMonth`,
  });
}
