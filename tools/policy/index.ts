import { Command } from "commander";
import colours from "picocolors";
import { StateError } from "../../cost/state";
import { contextOf, knownFrom, today } from "../../policy/settings";
import { knownStacks, readStackFile, UsageError } from "../../planning/stack-file";
import { readJsonOrInput } from "../../planning/read-file";
import type { Judged } from "../../planning/record";
import { deployedResources, stackOf } from "../../planning/policy/deployed";
import { writeReports } from "../../planning/policy/files";
import { resultJson } from "../../planning/policy/json";
import { readParameters, type Parameters } from "../../planning/policy/parameters";
import { viewOf } from "../../planning/policy/view";
import { policyReport } from "../../planning/policy/report";
import { resultOf, type PackResult } from "../../planning/policy/result";

interface Options {
  readonly file: string;
  readonly stack?: string;
  readonly json: boolean;
  readonly policyConfig?: string;
  readonly sarif?: string;
  readonly junit?: string;
}

const program = new Command("npm run policy --")
  .description(
    "Judges the deployed resources of a stack with the policy pack. Needs no account, no network and no Pulumi engine.",
  )
  .requiredOption("-f, --file <state.json>", 'output of "pulumi stack export"; "-" is standard input')
  .option(
    "-s, --stack <name>",
    "stack whose Pulumi.<name>.yaml has the tier, budget and waivers (default: the stack in the state)",
  )
  .option("--json", "print the result as JSON", false)
  .option("--policy-config <file.json>", "policy settings, in the format of --policy-pack-config")
  .option("--sarif <file>", "also write the result as SARIF")
  .option("--junit <file.xml>", "also write the result as JUnit XML")
  .addHelpText(
    "after",
    `
Examples:
  pulumi stack export --stack prod --file state.json && npm run policy -- --file state.json
  pulumi stack export --stack prod --show-secrets | npm run --silent policy -- --file - --json | jq '.violations[].message'
  npm run policy -- --file state.json --stack prod --sarif state.sarif

A rule that needs an encrypted value reports that it cannot be judged. On Google Cloud, the nodes' settings are encrypted.
"--show-secrets" exports secrets in plain text: delete that file afterwards.
If the stack has no config file here, its labels determine the tier and so the budget.

Exit codes:
  0  no policy is violated
  1  a policy is violated
  2  the command line is invalid`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  const resources = deployedResources(await readJsonOrInput(options.file, "--file"));
  const parameters = options.policyConfig === undefined ? {} : readParameters(options.policyConfig);
  const result = judgeDeployed(resources, options.stack ?? stackOf(resources), options.stack !== undefined, parameters);
  writeReports(result, options, options.file);
  process.stdout.write(
    options.json ? `${JSON.stringify(resultJson(result), null, 2)}\n` : `${policyReport(result, colours)}\n`,
  );
  process.exitCode = result.violations.length === 0 ? 0 : 1;
}

function judgeDeployed(
  resources: readonly Judged[],
  stack: string | undefined,
  isAsked: boolean,
  parameters: Parameters,
): PackResult {
  const hasFile = stack !== undefined && (isAsked || knownStacks().includes(stack));
  const known = hasFile ? knownFrom(readStackFile(stack).values) : {};
  return resultOf(viewOf(resources), {
    ...contextOf({ ...(stack === undefined ? {} : { stack }), ...known, today: today() }),
    parameters: (rule) => parameters[rule] ?? {},
  });
}

main().catch((error: unknown) => {
  if (!(error instanceof UsageError || error instanceof StateError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 2;
});
