import type { Charge } from "./charge";

/** An EBS disk in inputs. */
export interface Ebs {
  readonly type: string;
  readonly gb: number | undefined;
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
}

/** Performance included in gp3's price. Source: EBS user guide. */
const GP3 = { iops: 3000, throughput: 125 };

/** Charges for the size, and for provisioned performance above the included one. */
export function disk({ type, gb, iops = 0, throughput = 0 }: Ebs): Charge[] {
  const charge = (item: string, price: string, quantity: number): Charge[] =>
    quantity > 0 ? [{ kind: "disks", item, price, quantity }] : [];
  const provisioned = type.startsWith("io") ? iops : type === "gp3" ? Math.max(0, iops - GP3.iops) : 0;
  return [
    { kind: "disks", item: `${type} disk`, price: `ebs.${type}.storage`, quantity: gb ?? 0 },
    ...charge(`${type} IOPS`, `ebs.${type}.iops`, provisioned),
    ...charge(
      `${type} throughput`,
      `ebs.${type}.throughput`,
      type === "gp3" ? Math.max(0, throughput - GP3.throughput) : 0,
    ),
  ];
}
