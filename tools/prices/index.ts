import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { priceListProblems, type PriceList } from "../../cost/prices/schema";
import { awsList } from "./aws";
import { gcpList } from "./gcp";
import { refresh, type Refreshed } from "./merge";
import { ProviderError } from "./quote";

const FILE = join(__dirname, "../../components/model/prices.json");

interface Options {
  readonly write: boolean;
  readonly json: boolean;
}

const program = new Command("npm run prices:refresh --")
  .description("Reads the list prices of AWS and Google Cloud and shows which of ours have changed.")
  .option("--write", "write components/model/prices.json; run npm run docs afterwards", false)
  .option("--json", "print the changes as JSON", false)
  .addHelpText(
    "after",
    `
AWS' price lists are public. Google Cloud requires an API key of any project in GOOGLE_API_KEY; without one, only AWS'
prices are read.

Examples:
  npm run prices:refresh
  GOOGLE_API_KEY=... npm run prices:refresh -- --write && npm run docs

Exit codes:
  0  the prices were read
  1  a provider did not respond as documented
  2  the command line is invalid`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const { write, json } = program.parse().opts<Options>();
  const list = JSON.parse(readFileSync(FILE, "utf8")) as PriceList;
  const key = process.env.GOOGLE_API_KEY ?? "";
  const aws = await awsList(list.aws.region);
  const gcp =
    key === ""
      ? []
      : [await gcpList({ region: list.gcp.region, key, types: list.gcp.instances.types, today: new Date() })];
  const refreshed = refresh(list, [aws, ...gcp]);
  const problems = priceListProblems(refreshed.list);
  if (problems.length > 0) {
    throw new ProviderError(`the responses do not form a valid price list:\n${problems.join("\n")}`);
  }
  const { changes, confirmed, untouched } = refreshed;
  process.stdout.write(json ? `${JSON.stringify({ changes, confirmed, untouched }, null, 2)}\n` : table(refreshed));
  if (write) {
    writeFileSync(FILE, `${JSON.stringify(refreshed.list, null, 2)}\n`);
    console.error(`written: components/model/prices.json`);
  }
}

function table({ changes, confirmed, untouched }: Refreshed): string {
  const rows = new Table({ head: ["price", "old", "new", ""], style: { head: [], border: [], compact: true } });
  changes.forEach(({ name, from, to }) =>
    rows.push([name, from ?? "none", to, from === undefined ? "new" : `${(((to - from) / from) * 100).toFixed(1)} %`]),
  );
  return [
    ...(changes.length === 0 ? [] : [rows.toString()]),
    `${confirmed.length} prices read, ${changes.length} of them changed`,
    `not in the providers' lists, check by hand: ${untouched.join(", ")}`,
    "",
  ].join("\n");
}

main().catch((error: unknown) => {
  if (!(error instanceof ProviderError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
});
