import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import colours from "picocolors";
import { DoesNotFitError } from "../../components/node/placement";
import { ConfigError } from "../../stacks/config/load";
import { writeReports } from "../../planning/policy/files";
import { readParameters } from "../../planning/policy/parameters";
import { policyReport } from "../../planning/policy/report";
import { UsageError } from "../../planning/stack-file";
import { judgedJson, judgedPlan } from "../../planning/judged-plan";
import { picture } from "../../planning/picture";
import { report } from "./report";

interface Options {
  readonly stack: string;
  readonly set: readonly string[];
  readonly json: boolean;
  readonly picture?: string;
  readonly policyConfig?: string;
  readonly sarif?: string;
  readonly junit?: string;
}

const program = new Command("npm run plan --")
  .description("Shows what a stack would deploy. Needs no account, no network and no Pulumi engine.")
  .option("-s, --stack <name>", "stack, configured in Pulumi.<name>.yaml", "dev")
  .option("--set <key=value>", "override a config key, repeatable", (value, all: string[]) => [...all, value], [])
  .option("--json", "print the whole plan as JSON", false)
  .option("--picture <file.svg>", "also write a picture of the plan")
  .option("--policy-config <file.json>", "policy settings, in the format of --policy-pack-config")
  .option("--sarif <file>", "also write the policy result as SARIF")
  .option("--junit <file.xml>", "also write the policy result as JUnit XML")
  .addHelpText(
    "after",
    `
Examples:
  npm run plan -- --stack prod
  npm run plan -- --stack prod --set tier=t4 --set cloud=gcp
  npm run plan -- --stack dev --set overrides.redis.maxMemoryGiB=1
  npm run plan -- --stack prod --json | jq '.nodes[] | {name, instanceType}'
  npm run plan -- --stack prod --picture prod.svg
  npm run plan -- --stack prod --sarif prod.sarif --junit prod.xml

Exit codes:
  0  the plan is valid and violates no policy
  1  the config is invalid, or a policy is violated
  2  the command line is invalid`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  const parameters = options.policyConfig === undefined ? {} : readParameters(options.policyConfig);
  const judged = await judgedPlan(options.stack, options.set, parameters);
  const { plan, planned, price, policies } = judged;
  writeReports(policies, options, `Pulumi.${options.stack}.yaml`);
  if (options.picture !== undefined) {
    mkdirSync(dirname(options.picture), { recursive: true });
    writeFileSync(options.picture, picture(plan));
    console.error(`drawn: ${options.picture}`);
  }
  process.stdout.write(
    options.json
      ? judgedJson(judged)
      : `${report(plan, planned, price, colours)}\n${policyReport(policies, colours)}\n`,
  );
  process.exitCode = policies.violations.length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError || error instanceof DoesNotFitError || error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
    return;
  }
  throw error;
});
