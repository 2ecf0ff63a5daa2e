import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command, Option } from "commander";
import colours from "picocolors";
import { compare } from "../../cost/compare";
import { StateError } from "../../cost/state";
import type { Agreement } from "../../cost/prices/book";
import { ageNotices, regionNotices } from "../../cost/prices/age";
import { purchaseRows } from "../../cost/purchase/comparison";
import { creditRows } from "../../cost/purchase/credits";
import { OPTIONS, type PurchaseOption } from "../../cost/purchase/options";
import { summaryProblems, type Summary } from "../../cost/summary";
import { DoesNotFitError } from "../../components/node/placement";
import { ConfigError } from "../../stacks/config/load";
import type { StackPlan } from "../../stacks/plan";
import { planFrom } from "../../planning/plan";
import { readJson, readYaml } from "../../planning/read-file";
import { UsageError } from "../../planning/stack-file";
import { chart, chartBars } from "../../planning/price/chart";
import { leversOf, purchaseLevers } from "../../planning/price/levers";
import { pricePlan, priceState, type PricedStack, type PricingArgs } from "../../planning/price/price";
import { markdown, printed } from "../../planning/price/print";
import type { CostReport } from "../../planning/price/tables";
import { topLevers } from "../../cost/levers";

interface Options {
  readonly stack: string;
  readonly set: readonly string[];
  readonly state?: string;
  readonly compare?: string;
  readonly usage: readonly string[];
  readonly priceBook?: string;
  readonly discount?: string;
  readonly pay: PurchaseOption;
  readonly lines: boolean;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly chart?: string;
  readonly failAboveBudget: boolean;
}

const repeatable = (value: string, all: readonly string[]): string[] => [...all, value];

const program = new Command("npm run cost --")
  .description("Estimates the monthly cost of a stack. Needs no account, no network and no Pulumi engine.")
  .option("-s, --stack <name>", "stack, configured in Pulumi.<name>.yaml", "dev")
  .option("--set <key=value>", "override a config key, repeatable", repeatable, [])
  .option("--state <file.json>", 'price the deployed resources in the output of "pulumi stack export", not the plan')
  .option("--compare <key=value | file.json>", "compare with another setting, or with the output of an earlier --json")
  .option("--usage <key=value>", "override a usage assumption of the tier, repeatable", repeatable, [])
  .option("--price-book <file>", "YAML or JSON file with your prices and discountPercent")
  .option("--discount <percent>", "discount on list prices, 0 to 100")
  .addOption(new Option("--pay <way>", "purchase option for the machines").choices(OPTIONS).default("on-demand"))
  .option("--lines", "print all lines with the source and date of their prices", false)
  .addOption(new Option("--json", "print the estimate as JSON").default(false).conflicts("markdown"))
  .option("--markdown", "print Markdown", false)
  .option("--chart <file.svg>", "also write a chart of all tiers and clouds")
  .option("--fail-above-budget", "exit with 1 if the budget is exceeded", false)
  .addHelpText(
    "after",
    `
Examples:
  npm run cost -- --stack prod
  npm run cost -- --stack prod --compare tier=t4
  npm run cost -- --stack prod --json > base.json, later: npm run cost -- --stack prod --compare base.json --markdown
  npm run cost -- --stack prod --set placement=packed --pay reserved-1y --lines
  npm run cost -- --stack prod --usage queriesPerHour=400 --usage dataGb.timescaledb=80
  npm run cost -- --stack prod --state state.json
  npm run cost -- --stack prod --chart prices.svg

Exit codes:
  0  the stack has a price
  1  the config is invalid, or the budget is exceeded with --fail-above-budget
  2  the command line is invalid`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  const pricing = pricingOf(options);
  const plan = planFrom(options.stack, options.set);
  const priced =
    options.state === undefined
      ? await pricePlan(plan, pricing)
      : priceState(plan, readJson(options.state, "--state"), pricing);
  const report = await reportOf(plan, priced, options, pricing);
  if (options.chart !== undefined) {
    mkdirSync(dirname(options.chart), { recursive: true });
    writeFileSync(options.chart, chart(await chartBars(options.stack, options.set, pricing)));
    console.error(`drawn: ${options.chart}`);
  }
  process.stdout.write(output(report, options));
  if (options.failAboveBudget && report.summary.cents > report.summary.budgetCents) {
    process.exitCode = 1;
  }
}

async function reportOf(
  plan: StackPlan,
  priced: PricedStack,
  options: Options,
  pricing: PricingArgs,
): Promise<CostReport> {
  const { estimate, summary, resources, args } = priced;
  const other = options.compare === undefined ? undefined : await otherSide(options.compare, options, pricing);
  const levers =
    other !== undefined
      ? []
      : options.state === undefined
        ? await leversOf(options.stack, options.set, plan.spec.tier, priced, pricing)
        : topLevers(purchaseLevers(priced));
  return {
    summary,
    lines: estimate.lines,
    levers,
    purchase: purchaseRows(resources, args),
    credits: creditRows(estimate, args.book),
    // A file has the earlier price; a setting describes a later one.
    ...(other === undefined
      ? {}
      : { comparison: isFile(options.compare!) ? compare(other, summary) : compare(summary, other) }),
    notices: [...regionNotices(args.book, plan.spec.region), ...ageNotices(estimate.lines, new Date())],
    detailed: options.lines,
  };
}

function output(report: CostReport, { json, markdown: asMarkdown }: Options): string {
  if (json) {
    const { summary, lines, levers, purchase, credits, comparison, notices } = report;
    return `${JSON.stringify({ ...summary, lines, levers, purchase, credits, comparison, notices }, null, 2)}\n`;
  }
  return asMarkdown ? markdown(report) : printed(report, colours);
}

function isFile(compared: string): boolean {
  return compared.endsWith(".json");
}

async function otherSide(compared: string, options: Options, pricing: PricingArgs): Promise<Summary> {
  if (isFile(compared)) {
    const base = readJson(compared, "--compare");
    const problems = summaryProblems(base);
    if (problems.length > 0) {
      throw new UsageError(
        `--compare ${compared}: ${problems.join("; ")}; write one with: npm run cost -- --json > base.json`,
      );
    }
    return base as Summary;
  }
  return (await pricePlan(planFrom(options.stack, [...options.set, compared]), pricing)).summary;
}

function pricingOf({ usage, priceBook, discount, pay }: Options): PricingArgs {
  const agreement = priceBook === undefined ? {} : (readYaml(priceBook, "--price-book") as Agreement);
  return {
    agreement: discount === undefined ? agreement : { ...agreement, discountPercent: Number(discount) },
    usage: Object.fromEntries(usage.map(assumption)),
    option: pay,
  };
}

function assumption(given: string): [string, string] {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(given) ?? [];
  if (key === undefined || value === undefined) {
    throw new UsageError(`--usage ${given}: expected key=value, for example --usage queriesPerHour=400`);
  }
  return [key, value];
}

main().catch((error: unknown) => {
  if (error instanceof RangeError || error instanceof StateError || error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = 2;
    return;
  }
  if (error instanceof ConfigError || error instanceof DoesNotFitError) {
    console.error(error.message);
    process.exitCode = 1;
    return;
  }
  throw error;
});
