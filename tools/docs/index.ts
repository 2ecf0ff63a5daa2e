import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Command } from "commander";
import { pricedCells } from "../../planning/price/cells";
import { fromKeys, fromPrices, fromRules, fromStack } from "./generated";

const program = new Command("npm run docs --")
  .description(
    "Writes the generated files: Pulumi.yaml and, in docs/, configuration.md, policies.md, cost.md, cost.svg, architecture.svg.",
  )
  .option("--check", "write nothing; exit with 1 if a file is out of date", false)
  .addHelpText(
    "after",
    `
Examples:
  npm run docs
  npm run docs -- --check`,
  );

async function main(): Promise<void> {
  const { check } = program.parse().opts<{ check: boolean }>();
  const stale = [...fromKeys(), ...fromRules(), ...fromStack(), ...fromPrices(await pricedCells())].filter(
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
