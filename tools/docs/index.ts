import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Command } from "commander";
import { pricedCells } from "../../planning/price/cells";
import { fromKeys, fromPrices, fromRules } from "./generated";

const program = new Command("npm run docs --")
  .description(
    "Writes what derives from code: Pulumi.yaml and docs/configuration.md, docs/policies.md, docs/cost.md and its picture.",
  )
  .option("--check", "write nothing; exit with 1 when a file is out of date", false)
  .addHelpText(
    "after",
    `
Examples:
  npm run docs
  npm run docs -- --check`,
  );

async function main(): Promise<void> {
  const { check } = program.parse().opts<{ check: boolean }>();
  const stale = [...fromKeys(), ...fromRules(), ...fromPrices(await pricedCells())].filter(
    ({ path, content }) => !existsSync(path) || readFileSync(path, "utf8") !== content,
  );
  for (const { path, content } of stale) {
    const name = relative(join(__dirname, "../.."), path);
    if (check) {
      console.error(`${name} is out of date: run "npm run docs"`);
      process.exitCode = 1;
    } else {
      writeFileSync(path, content);
      console.log(`written: ${name}`);
    }
  }
}

void main();
