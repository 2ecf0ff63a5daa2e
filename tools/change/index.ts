import { Command } from "commander";
import colours from "picocolors";
import { DoesNotFitError } from "../../components/node/placement";
import { ConfigError } from "../../stacks/config/load";
import { UsageError } from "../../planning/stack-file";
import { changeDocument } from "../../planning/change/change-document";
import { documentText } from "../../planning/change/document";
import { slowProgress } from "../../planning/change/progress";
import { assertMarkdown, writeRecord } from "../../planning/change/record-file";
import { openStores } from "../../planning/change/stores";
import { checkChange } from "../../planning/change/check-change";

interface Options {
  readonly stack: string;
  readonly set: readonly string[];
  readonly confirm: readonly string[];
  readonly offline: boolean;
  readonly json: boolean;
  readonly record?: string;
}

const repeatable = (value: string, all: readonly string[]): string[] => [...all, value];

const program = new Command("npm run change --")
  .description("Shows what a change of a stack's config will do, and whether now is a good time. Changes nothing.")
  .option("-s, --stack <name>", "stack, configured in Pulumi.<name>.yaml", "dev")
  .option("--set <key=value>", "config key to change, repeatable", repeatable, [])
  .option("--confirm <check>", "count an unknown check as passed after you have checked it, repeatable", repeatable, [])
  .option("--offline", "do not read the stack's buckets; what depends on them is unknown", false)
  .option("--json", "print the report as JSON", false)
  .option("--record <file.md>", "also write the report as Markdown, to keep")
  .addHelpText(
    "after",
    `
The command compares the stack's config file with the same config and --set. It reads the stack's buckets with the deployer's
credentials and asks the nodes for their status. An unknown check counts as failed; the report says how to answer it.

Examples:
  npm run change -- --stack prod --set tier=t4
  npm run change -- --stack prod --set placement=packed --record docs/changes/packed.md
  npm run change -- --stack prod --set image=ami-0123456789abcdef0
  npm run change -- --stack prod --set tier=t4 --confirm quota --confirm offering
  npm run change -- --stack prod --set tier=t4 --offline --json | jq '.nodes[] | {node, action, from, to}'

Exit codes:
  0  every check passed
  1  the config is invalid, or a check failed or is unknown
  2  the command line is invalid`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const { stack, set, confirm, offline, json, record } = program.parse().opts<Options>();
  assertMarkdown(record);
  const progress = slowProgress((line) => process.stderr.write(colours.dim(line)));
  const report = await checkChange({
    stack,
    settings: set,
    confirm,
    progress,
    ...(offline ? {} : { open: openStores }),
  });
  const document = changeDocument(report);
  if (record !== undefined) {
    writeRecord(record, document);
    console.error(`written: ${record}`);
  }
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : documentText(document, colours));
  process.exitCode = report.passed ? 0 : 1;
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError || error instanceof DoesNotFitError || error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
    return;
  }
  throw error;
});
