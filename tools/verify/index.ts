import { Command } from "commander";
import colours from "picocolors";
import { DoesNotFitError } from "../../components/node/placement";
import { ConfigError } from "../../stacks/config/load";
import { apiAddress } from "../../planning/change/api-ready";
import { checkStack, type Target } from "../../planning/change/check-stack";
import { documentText } from "../../planning/change/document";
import { durationSeconds } from "../../planning/change/duration";
import { slowProgress } from "../../planning/change/progress";
import { assertMarkdown, writeRecord } from "../../planning/change/record-file";
import { stackDocument } from "../../planning/change/stack-document";
import { openStores } from "../../planning/change/stores";
import { UsageError } from "../../planning/stack-file";
import { CannotRehearseError } from "../../rehearsal/system/preflight";
import { rehearsedTarget } from "./rehearsal";

interface Options {
  readonly stack: string;
  readonly wait: string;
  readonly url?: string;
  readonly rehearsal: boolean;
  readonly json: boolean;
  readonly record?: string;
}

const program = new Command("npm run verify --")
  .description(
    "Checks a running stack: every node serves its order, members are in step, backups are recent, the API is ready.",
  )
  .option("-s, --stack <name>", "stack, configured in Pulumi.<name>.yaml", "dev")
  .option("--wait <time>", "wait until all nodes serve and the API is ready: 90s, 10m, 1h", "0s")
  .option("--url <url>", "the API's URL. Default: the stack's output apiUrl, read with the Pulumi CLI")
  .option("--rehearsal", "check the stack that runs on this machine", false)
  .option("--json", "print the report as JSON", false)
  .option("--record <file.md>", "also write the report as Markdown, to keep")
  .addHelpText(
    "after",
    `
The command reads the stack's buckets with the deployer's credentials and asks the nodes for their status. It needs no route to
the nodes. An unknown check counts as failed; the report says how to answer it.

Examples:
  npm run verify -- --stack prod
  npm run verify -- --stack prod --wait 10m --record docs/changes/2026-11-t4.md
  npm run verify -- --stack prod --url https://api.example.com --json | jq '.checks[] | select(.result != "pass")'
  npm run verify -- --stack dev --rehearsal

Exit codes:
  0  every check passed
  1  a check failed or is unknown, or the config is invalid
  2  the command line is invalid`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  const { stack, wait, json, record } = options;
  assertMarkdown(record);
  const waitSeconds = durationSeconds(wait, "--wait");
  const target = await targetOf(options);
  const progress = slowProgress((line) => process.stderr.write(colours.dim(line)));
  const report = await checkStack({ stack, target, waitSeconds, progress });
  const document = stackDocument(report);
  if (record !== undefined) {
    writeRecord(record, document);
    console.error(`written: ${record}`);
  }
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : documentText(document, colours));
  process.exitCode = report.passed ? 0 : 1;
}

async function targetOf({ stack, url, rehearsal }: Options): Promise<Target> {
  if (url !== undefined && !/^https?:\/\//.test(url)) {
    throw new UsageError(`--url ${url}: expected an http or https URL, for example --url https://api.example.com`);
  }
  const target: Target = rehearsal
    ? await rehearsedTarget(stack)
    : { open: openStores, api: () => apiAddress(stack), asPlanned: true };
  return url === undefined ? target : { ...target, api: () => Promise.resolve({ url }) };
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = 2;
    return;
  }
  if (error instanceof ConfigError || error instanceof DoesNotFitError || error instanceof CannotRehearseError) {
    console.error(error.message);
    process.exitCode = 1;
    return;
  }
  throw error;
});
