import type { Cloud } from "../components/platform/platform";
import { machine, type PriceBook } from "./book";
import type { Estimate } from "./estimate";
import type { Line } from "./line";
import { exactly, HOURS_PER_MONTH, sumOf } from "./money";

/** A way to buy the same machines. */
export interface PurchaseOption {
  readonly option: string;
  /** Of the whole stack. */
  readonly monthlyUsd: number;
  readonly note: string;
}

/** The Scaling Strategy's rules of thumb, as shares of the list price. */
const RULES = { reserved: 0.6, spot: 0.3 };

/** Who may lose a machine at two minutes' notice. Never what holds data. */
const SPOT_SERVICE = "api";

/** The stack's price by how its machines are bought, everything else alike, beside what the rules of thumb say. */
export function purchaseOptions(estimate: Estimate, cloud: Cloud, book: PriceBook): PurchaseOption[] {
  const compute = estimate.lines.filter(({ machineType }) => machineType !== undefined);
  const rest = estimate.monthlyUsd - sumOf(compute.map(({ monthlyUsd }) => monthlyUsd));
  const bought = (option: string, note: string, price: (line: Line) => number): PurchaseOption => ({
    option,
    monthlyUsd: exactly(rest + sumOf(compute.map(price))),
    note,
  });
  const reserved = reservation(cloud, book);
  return [
    bought(
      "on demand",
      cloud === "gcp" ? "with sustained use where the type has it" : "list price",
      (line) => line.monthlyUsd,
    ),
    bought("committed for 1 year", reserved.note, (line) => reserved.monthly(line, 1)),
    bought("committed for 3 years", reserved.note, (line) => reserved.monthly(line, 3)),
    bought("API on spot", spotNote(cloud), (line) =>
      line.service === SPOT_SERVICE ? spot(line, cloud, book) : line.monthlyUsd,
    ),
    bought("rule of thumb: reserved", "the Scaling Strategy's 40 % off", (line) => line.monthlyUsd * RULES.reserved),
    bought("rule of thumb: API on spot", "the Scaling Strategy's 70 % off", (line) =>
      line.service === SPOT_SERVICE ? line.monthlyUsd * RULES.spot : line.monthlyUsd,
    ),
  ];
}

interface Reservation {
  readonly note: string;
  readonly monthly: (line: Line, years: 1 | 3) => number;
}

/** Google's commitments are known by type, and replace the sustained use's discount; of AWS' the book has one type. */
function reservation(cloud: Cloud, book: PriceBook): Reservation {
  if (cloud === "gcp") {
    return {
      note: "instead of sustained use, never both",
      monthly: (line, years) => {
        const { monthly1yCUD, monthly3yCUD } = machine(book, cloud, line.machineType!)!;
        const committed = years === 1 ? monthly1yCUD : monthly3yCUD;
        return committed === undefined ? line.monthlyUsd : (committed * line.quantity) / HOURS_PER_MONTH;
      },
    };
  }
  const { instance, onDemandMonth, std1yNoUpfrontMonth, std3yNoUpfrontMonth } = book.aws.ec2ReservedCheck as {
    instance: string;
    onDemandMonth: number;
    std1yNoUpfrontMonth: number;
    std3yNoUpfrontMonth: number;
  };
  return {
    note: `standard, nothing upfront; every type by ${instance}'s discount, the only one that the book has`,
    monthly: (line, years) =>
      (line.monthlyUsd * (years === 1 ? std1yNoUpfrontMonth : std3yNoUpfrontMonth)) / onDemandMonth,
  };
}

function spotNote(cloud: Cloud): string {
  return cloud === "gcp"
    ? "by type; moves daily"
    : "by type where the book has it, otherwise the rule of thumb; moves daily";
}

function spot(line: Line, cloud: Cloud, book: PriceBook): number {
  if (cloud === "gcp") {
    const { hourlySpot } = machine(book, cloud, line.machineType!)!;
    return hourlySpot === undefined ? line.monthlyUsd : hourlySpot * line.quantity;
  }
  const seen = (book.aws.spotSnapshot as Readonly<Record<string, readonly number[]>>)[line.machineType!];
  return seen === undefined
    ? line.monthlyUsd * RULES.spot
    : (seen.reduce((sum, each) => sum + each, 0) / seen.length) * line.quantity;
}
