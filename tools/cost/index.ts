import { readFileSync } from "node:fs";
import { Command } from "commander";
import colours from "picocolors";
import { DoesNotFitError } from "../../components/node/placement";
import { purchaseOptions } from "../../cost/purchase";
import { usageOf, type Usage } from "../../cost/usage";
import { ConfigError } from "../../stacks/config";
import type { StackPlan } from "../../stacks/plan";
import { planFrom } from "../plan/plan";
import { UsageError } from "../stack-file";
import { levers } from "./levers";
import { comparison, markdown, report } from "./report";
import { priceDates, services, type CostResult } from "./result";
import { bookOf, costOf, type Assumptions } from "./stack";

interface Options {
  readonly stack: string;
  readonly set: readonly string[];
  readonly compare?: string;
  readonly usage: readonly string[];
  readonly prices?: string;
  readonly discount: string;
  readonly json: boolean;
  readonly markdown: boolean;
}

const repeated = (value: string, all: string[]): string[] => [...all, value];

const program = new Command("npm run cost --")
  .description("Says what a stack costs a month, before it is there. Needs no account and no network.")
  .option("-s, --stack <name>", "stack whose Pulumi.<name>.yaml is read", "dev")
  .option("--set <key=value>", "config on top of the stack's, repeatable", repeated, [])
  .option("--compare <what>", "with other config (tier=t4, cloud=gcp) or with an earlier result (base.json)")
  .option("--usage <name=value>", "an assumption of use, repeatable", repeated, [])
  .option("--prices <file.json>", "prices of your own, in the layout of components/platform/prices.json")
  .option("--discount <percent>", "what you have agreed off everything", "0")
  .option("--json", "print everything as JSON, each line with its price's source", false)
  .option("--markdown", "print Markdown", false)
  .addHelpText(
    "after",
    `
Examples:
  npm run cost -- --stack prod
  npm run cost -- --stack prod --compare tier=t4
  npm run cost -- --stack prod --json > base.json; npm run cost -- --stack prod --set nat=one --compare base.json
  npm run cost -- --stack prod --usage queriesPerHour=400 --discount 12

Exit code: 0 within the budget, 3 above it, 1 when the config isn't valid, 2 when the command is wrong.`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  const assumptions = assumptionsOf(options);
  const plan = planFrom(options.stack, options.set);
  const result = await resultOf(plan, options, assumptions);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } else {
    process.stdout.write(options.markdown ? markdown(result, new Date()) : report(result, colours, new Date()));
  }
  if (options.compare !== undefined && !options.json) {
    const other = await compared(options.compare, options, assumptions);
    const [before, after, name] = options.compare.endsWith(".json")
      ? [other, result, "this"]
      : [result, other, options.compare];
    process.stdout.write(`\n${comparison(before, after, name, options.markdown ? undefined : colours)}`);
  }
  process.exitCode = result.monthlyUsd <= result.budgetUsd ? 0 : 3;
}

async function resultOf(plan: StackPlan, { stack, set }: Options, assumptions: Assumptions): Promise<CostResult> {
  const estimate = await costOf(plan, assumptions);
  const { spec } = plan;
  return {
    stack: spec.stack,
    cloud: spec.cloud,
    tier: spec.tier,
    monthlyUsd: estimate.monthlyUsd,
    budgetUsd: spec.budgetUsd,
    usage: { ...usageOf(spec.tier), ...assumptions.usage },
    prices: priceDates(estimate),
    services: services(estimate),
    options: purchaseOptions(estimate, spec.cloud, bookOf(assumptions)),
    levers: await levers(stack, set, plan, estimate, assumptions),
    estimate,
  };
}

async function compared(what: string, options: Options, assumptions: Assumptions): Promise<CostResult> {
  if (what.endsWith(".json")) {
    return readJson(what, "--compare") as CostResult;
  }
  const plan = planFrom(options.stack, [...options.set, what]);
  return resultOf(plan, { ...options, set: [...options.set, what] }, assumptions);
}

function assumptionsOf({ usage, prices, discount }: Options): Assumptions {
  const known = Object.keys(usageOf("t1"));
  const problems: string[] = [];
  const set = usage.map((text) => {
    const [name = "", value = ""] = text.split(/=(.*)/s);
    if (!known.includes(name) || !(Number(value) >= 0) || value === "") {
      problems.push(
        `--usage ${text}: a name (${known.join(", ")}) and a number from 0, for example --usage queriesPerHour=400`,
      );
    }
    return [name, Number(value)];
  });
  const percent = Number(discount);
  if (!(percent >= 0 && percent < 100)) {
    problems.push(`--discount ${discount}: a number from 0 to below 100, for example --discount 12`);
  }
  if (problems.length > 0) {
    throw new UsageError(problems.join("\n"));
  }
  return {
    usage: Object.fromEntries(set) as Partial<Usage>,
    discountPercent: percent,
    ...(prices === undefined ? {} : { own: readJson(prices, "--prices") }),
  };
}

function readJson(file: string, option: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${option} ${file}: ${(error as Error).message}`);
  }
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError || error instanceof DoesNotFitError || error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
    return;
  }
  throw error;
});
