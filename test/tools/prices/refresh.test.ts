import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LIST } from "../../../cost/prices/book";
import { priceListProblems } from "../../../cost/prices/schema";
import { awsList } from "../../../tools/prices/aws";
import { gcpList, type Sku } from "../../../tools/prices/gcp";
import { refresh } from "../../../tools/prices/merge";
import { ProviderError, type ProviderQuote } from "../../../tools/prices/quote";

/** Columns of AWS' lists that are read, among some that aren't, in the order in which AWS has them. */
const COLUMNS = [
  "SKU",
  "OfferTermCode",
  "TermType",
  "PriceDescription",
  "StartingRange",
  "EndingRange",
  "Unit",
  "PricePerUnit",
  "Currency",
  "LeaseContractLength",
  "PurchaseOption",
  "OfferingClass",
  "Product Family",
  "Instance Type",
  "Tenancy",
  "Operating System",
  "usageType",
  "operation",
  "CapacityStatus",
  "Pre Installed S/W",
] as const;

function csv(rows: readonly Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>[]): string {
  const line = (fields: readonly string[]): string =>
    fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",");
  return [
    line(["FormatVersion", "v1.0"]),
    line(["Disclaimer", 'This pricing list is for informational purposes only, and "as is".']),
    line(["Publication Date", "2026-11-20T18:23:45Z"]),
    line(["Version", "20261120182345"]),
    line(["OfferCode", "X"]),
    line(COLUMNS),
    ...rows.map((row) => line(COLUMNS.map((column) => row[column] ?? ""))),
  ].join("\r\n");
}

const onDemand = { TermType: "OnDemand", Currency: "USD", StartingRange: "0", EndingRange: "Inf" };
const machine = {
  ...onDemand,
  "Product Family": "Compute Instance",
  "Instance Type": "t3.large",
  Tenancy: "Shared",
  "Operating System": "Linux",
  CapacityStatus: "Used",
  "Pre Installed S/W": "NA",
  Unit: "Hrs",
  PriceDescription: "$0.09 per On Demand Linux t3.large Instance Hour, shared",
};
const reserved = { ...machine, TermType: "Reserved", PurchaseOption: "No Upfront", OfferingClass: "standard" };

const OFFERS: Readonly<Record<string, string>> = {
  AmazonEC2: csv([
    { ...machine, PricePerUnit: "0.0900000000" },
    { ...machine, "Operating System": "Windows", PricePerUnit: "0.1108000000" },
    { ...machine, Tenancy: "Dedicated", PricePerUnit: "0.0950000000" },
    { ...machine, CapacityStatus: "UnusedCapacityReservation", PricePerUnit: "0.0920000000" },
    { ...machine, "Pre Installed S/W": "SQL Web", PricePerUnit: "0.1508000000" },
    { ...reserved, LeaseContractLength: "1yr", PricePerUnit: "0.0520000000" },
    { ...reserved, LeaseContractLength: "3yr", PricePerUnit: "0.0360000000" },
    { ...reserved, LeaseContractLength: "3yr", OfferingClass: "convertible", PricePerUnit: "0.0410000000" },
    { ...reserved, LeaseContractLength: "1yr", PurchaseOption: "All Upfront", Unit: "Quantity", PricePerUnit: "440" },
    {
      ...onDemand,
      "Product Family": "Storage",
      usageType: "EBS:VolumeUsage.gp3",
      Unit: "GB-Mo",
      PricePerUnit: "0.0800000000",
    },
    { ...onDemand, usageType: "EBS:VolumeP-Throughput.gp3", Unit: "GiBps-mo", PricePerUnit: "40.9600000000" },
    { ...onDemand, usageType: "NatGateway-Hours", operation: "NatGateway", Unit: "Hrs", PricePerUnit: "0.0460000000" },
  ]),
  AWSELB: csv([
    { ...onDemand, usageType: "LoadBalancerUsage", operation: "LoadBalancing", PricePerUnit: "0.0250000000" },
    {
      ...onDemand,
      usageType: "LoadBalancerUsage",
      operation: "LoadBalancing:Application",
      PricePerUnit: "0.0225000000",
    },
  ]),
  AmazonVPC: csv([{ ...onDemand, usageType: "PublicIPv4:InUseAddress", PricePerUnit: "0.0050000000" }]),
  AmazonS3: csv([
    { ...onDemand, usageType: "TimedStorage-ByteHrs", EndingRange: "51200", PricePerUnit: "0.0230000000" },
    { ...onDemand, usageType: "TimedStorage-ByteHrs", StartingRange: "51200", PricePerUnit: "0.0220000000" },
    { ...onDemand, usageType: "Requests-Tier1", PricePerUnit: "0.0000050000" },
  ]),
};

function sku(description: string, usageType: string, nanos: number, region = "us-central1"): Sku {
  return {
    description,
    category: { usageType },
    serviceRegions: [region],
    pricingInfo: [
      {
        effectiveTime: "2026-11-20T00:00:00Z",
        pricingExpression: { usageUnit: "h", tieredRates: [{ unitPrice: { units: "0", nanos } }] },
      },
    ],
  };
}

/** The catalogue's pages. */
const PAGES: Readonly<Record<string, object>> = {
  "": {
    skus: [
      sku("N2 Instance Core running in Americas", "OnDemand", 32_000_000),
      sku("N2 Instance Core running in Frankfurt", "OnDemand", 40_000_000, "europe-west3"),
      sku("Spot Preemptible N2 Instance Core running in Americas", "Preemptible", 8_000_000),
    ],
    nextPageToken: "second",
  },
  second: {
    skus: [
      sku("N2 Instance Ram running in Americas", "OnDemand", 4_000_000),
      sku("Spot Preemptible N2 Instance Ram running in Americas", "Preemptible", 1_000_000),
      sku("SSD backed PD Capacity", "OnDemand", 170_000_000),
    ],
    nextPageToken: "",
  },
};

describe("refreshed prices", () => {
  let server: Server;
  let base: string;
  before(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url!, "http://localhost");
      const offer = /^\/offers\/v1\.0\/aws\/(\w+)\/current\/us-east-1\/index\.csv$/.exec(url.pathname)?.[1];
      if (offer !== undefined && offer in OFFERS) {
        response.end(OFFERS[offer]);
      } else if (url.pathname === "/v1/services/6F81-5844-456A/skus" && url.searchParams.get("key") === "right") {
        response.end(JSON.stringify(PAGES[url.searchParams.get("pageToken") ?? ""]));
      } else {
        response.writeHead(403).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const gcp = (key = "right"): ReturnType<typeof gcpList> =>
    gcpList(
      { region: "us-central1", key, types: LIST.gcp.instances.types, today: new Date("2026-11-24T02:00:00Z") },
      base,
    );
  const short = ({ name, field, usd }: ProviderQuote): unknown[] => [name, field, usd];

  it("reads AWS' lists: plain Linux on demand and reserved, services in our units, the first step of tiers", async () => {
    const { quotes, source } = await awsList("us-east-1", base);
    assert.deepEqual(quotes.map(short), [
      ["t3.large", "hourly", 0.09],
      ["t3.large", "hourly1yReserved", 0.052],
      ["t3.large", "hourly3yReserved", 0.036],
      ["ebs.gp3.storage", undefined, 0.08],
      ["ebs.gp3.throughput", undefined, 0.04],
      ["nat.gateway", undefined, 0.046],
      ["alb.hour", undefined, 0.0225],
      ["ipv4.address", undefined, 0.005],
      ["s3.standard.storage", undefined, 0.023],
      ["s3.standard.writes", undefined, 0.005],
    ]);
    assert.equal(source.date, "2026-11-20");
  });

  it("reads Google Cloud's catalogue, all pages: machines by their CPUs and memory", async () => {
    const { quotes, source } = await gcp();
    const of = (name: string): unknown[] => quotes.filter((quote) => quote.name === name).map(short);
    // 4 x 0.032 + 16 x 0.004 = 0.192; spot 4 x 0.008 + 16 x 0.001 = 0.048
    assert.deepEqual(of("n2-standard-4"), [
      ["n2-standard-4", "hourly", 0.192],
      ["n2-standard-4", "hourlySpot", 0.048],
    ]);
    assert.deepEqual(of("disk.pd-ssd"), [["disk.pd-ssd", undefined, 0.17]]);
    assert.deepEqual(of("e2-medium"), []);
    assert.equal(source.date, "2026-11-24");
  });

  it("reports the changes and the new sources", async () => {
    const { list, changes, untouched } = refresh(LIST, [await awsList("us-east-1", base)]);
    assert.deepEqual(changes, [
      { name: "aws.t3.large hourly", from: 0.0832, to: 0.09 },
      { name: "aws.t3.large hourly1yReserved", to: 0.052 },
      { name: "aws.t3.large hourly3yReserved", to: 0.036 },
      { name: "aws.nat.gateway", from: 0.045, to: 0.046 },
    ]);
    assert.deepEqual(priceListProblems(list), []);
    assert.equal(list.aws.services["nat.gateway"]!.source, "aws-price-list");
    assert.equal(list.aws.instances.types["t3.large"]!.source, "aws-price-list");
    assert.equal(list.aws.instances.types["t3.small"]!.source, undefined);
    assert.ok(untouched.includes("aws.kms.key") && !untouched.includes("aws.nat.gateway"));
    assert.equal(LIST.aws.services["nat.gateway"]!.usd, 0.045);
  });

  it("keeps the sustained-use discount a part of the list price", async () => {
    const { list } = refresh(LIST, [await gcp()]);
    const before = LIST.gcp.instances.types["n2-standard-4"]!;
    const now = list.gcp.instances.types["n2-standard-4"]!;
    assert.equal((now.monthlyWithSUD! / now.hourly).toFixed(9), (before.monthlyWithSUD! / before.hourly).toFixed(9));
  });

  it("reports the URL that failed, without the key", async () => {
    await assert.rejects(gcp("wrong"), (error: Error) => {
      assert.ok(error instanceof ProviderError);
      assert.match(error.message, /\/skus\?key=…&pageSize=5000: HTTP 403$/);
      return true;
    });
    await assert.rejects(awsList("eu-west-1", base), /eu-west-1\/index\.csv: HTTP 403/);
    await assert.rejects(awsList("us-east-1", "http://127.0.0.1:1"), ProviderError);
  });
});
