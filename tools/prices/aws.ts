import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { csvFields } from "./csv";
import { get, ProviderError, type ProviderList, type ProviderQuote } from "./quote";

/** AWS' public price lists, which require no account. Source: AWS Price List Bulk API. */
const AWS_PRICES = "https://pricing.us-east-1.amazonaws.com";

/** A line of an offer's list, by column. */
export type Row = Readonly<Record<string, string>>;

interface Wanted {
  readonly name: string;
  /** Usage type without the region's prefix. */
  readonly usage: string;
  /** Operation, if a usage type has several. */
  readonly operation?: string;
  /** AWS' units in one of ours. Default: 1. */
  readonly per?: number;
}

/** The lines of each offer that we use, and their names in our price list. */
const SERVICES: Readonly<Record<string, readonly Wanted[]>> = {
  AmazonEC2: [
    ...["gp2", "gp3", "st1", "sc1"].map((type) => ({ name: `ebs.${type}.storage`, usage: `EBS:VolumeUsage.${type}` })),
    { name: "ebs.gp3.iops", usage: "EBS:VolumeP-IOPS.gp3" },
    { name: "ebs.gp3.throughput", usage: "EBS:VolumeP-Throughput.gp3", per: 1 / 1024 }, // AWS' unit is GiB/s
    { name: "ebs.snapshot.storage", usage: "EBS:SnapshotUsage" },
    { name: "nat.gateway", usage: "NatGateway-Hours" },
    { name: "nat.traffic", usage: "NatGateway-Bytes" },
  ],
  AWSELB: [
    { name: "alb.hour", usage: "LoadBalancerUsage", operation: "LoadBalancing:Application" },
    { name: "alb.capacity", usage: "LCUUsage", operation: "LoadBalancing:Application" },
    { name: "nlb.hour", usage: "LoadBalancerUsage", operation: "LoadBalancing:Network" },
    { name: "nlb.capacity", usage: "LCUUsage", operation: "LoadBalancing:Network" },
  ],
  AmazonVPC: [
    { name: "ipv4.address", usage: "PublicIPv4:InUseAddress" },
    { name: "endpoint.hour", usage: "VpcEndpoint-Hours" },
    { name: "endpoint.traffic", usage: "VpcEndpoint-Bytes" },
  ],
  AmazonS3: [
    { name: "s3.standard.storage", usage: "TimedStorage-ByteHrs" },
    { name: "s3.standard.writes", usage: "Requests-Tier1", per: 1000 },
    { name: "s3.standard.reads", usage: "Requests-Tier2", per: 1000 },
  ],
};

/** Reads AWS' lists for a region line by line, because they have hundreds of megabytes. */
export async function awsList(region: string, base = AWS_PRICES): Promise<ProviderList> {
  const quotes = new Map<string, ProviderQuote>();
  let date = "";
  for (const offer of Object.keys(SERVICES)) {
    const url = `${base}/offers/v1.0/aws/${offer}/current/${region}/index.csv`;
    date = await eachRow(url, (row) => {
      const quote = quoteOf(offer, row);
      if (quote !== undefined) {
        quotes.set(`${quote.name} ${quote.field ?? ""}`, quote);
      }
    }).then((published) => (published > date ? published : date));
  }
  return {
    cloud: "aws",
    quotes: [...quotes.values()],
    source: { id: "aws-price-list", what: `${AWS_PRICES}/offers/v1.0/aws, ${region}`, date },
  };
}

/** The price in a line. Undefined if we do not use it. */
function quoteOf(offer: string, row: Row): ProviderQuote | undefined {
  const usd = Number(row.PricePerUnit);
  if (!(usd > 0) || row.Currency !== "USD") {
    return undefined;
  }
  return offer === "AmazonEC2" && row["Product Family"] === "Compute Instance"
    ? instanceQuote(row, usd)
    : serviceQuote(SERVICES[offer] ?? [], row, usd);
}

/** An ordinary instance: Linux on shared hardware, without preinstalled software or a capacity reservation. */
const PLAIN: Row = {
  "Operating System": "Linux",
  Tenancy: "Shared",
  CapacityStatus: "Used",
  "Pre Installed S/W": "NA",
  Unit: "Hrs",
};
const TERMS = { "1yr": "hourly1yReserved", "3yr": "hourly3yReserved" } as const;

function instanceQuote(row: Row, usd: number): ProviderQuote | undefined {
  if (Object.entries(PLAIN).some(([column, value]) => row[column] !== value)) {
    return undefined;
  }
  const name = row["Instance Type"]!;
  if (row.TermType === "OnDemand") {
    return { cloud: "aws", name, field: "hourly", usd };
  }
  const term = TERMS[row.LeaseContractLength as keyof typeof TERMS];
  const standard = row.PurchaseOption === "No Upfront" && row.OfferingClass === "standard";
  return row.TermType === "Reserved" && standard && term !== undefined
    ? { cloud: "aws", name, field: term, usd }
    : undefined;
}

function serviceQuote(wanted: readonly Wanted[], row: Row, usd: number): ProviderQuote | undefined {
  // Of tiered prices, our list has the first tier.
  if (row.TermType !== "OnDemand" || Number(row.StartingRange || 0) !== 0) {
    return undefined;
  }
  const usage = row.usageType?.replace(/^[A-Z]{3,4}\d-/, "");
  const match = wanted.find(
    (price) => price.usage === usage && (price.operation === undefined || price.operation === row.operation),
  );
  return match === undefined ? undefined : { cloud: "aws", name: match.name, usd: tidy(usd * (match.per ?? 1)) };
}

/** Calls `take` for each line below the header. Returns the date of publication, which is above the header. */
async function eachRow(url: string, take: (row: Row) => void): Promise<string> {
  const response = await get(url);
  const lines = createInterface({ input: Readable.fromWeb(response.body as ReadableStream), crlfDelay: Infinity });
  let published = "";
  let columns: readonly string[] | undefined;
  for await (const line of lines) {
    const fields = csvFields(line);
    if (columns !== undefined) {
      take(Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? ""])));
    } else if (fields[0] === "Publication Date") {
      published = fields[1]!.slice(0, 10);
    } else if (fields[0] === "SKU") {
      columns = fields;
    }
  }
  if (columns === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(published)) {
    throw new ProviderError(`${url}: not a price list: the header or the date is missing`);
  }
  return published;
}

/** Removes the error of binary fractions: 0.005, not 0.005000000000000001. */
export function tidy(usd: number): number {
  return Number(usd.toPrecision(12));
}
