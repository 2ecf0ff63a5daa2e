import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { DoesNotFitError } from "../../components/node/placement";
import type { Summary } from "../../cost/summary";
import { ConfigError } from "../../stacks/config/load";
import { judgedJson, judgedPlan, type JudgedPlan } from "../../planning/judged-plan";
import type { Recorded } from "../../planning/record";
import { writeReports } from "../../planning/policy/files";
import { readJson } from "../../planning/read-file";
import { knownStacks, UsageError } from "../../planning/stack-file";
import { changesOf } from "./changes";
import { passes, reviewMarkdown, type Reviewed } from "./markdown";

interface Options {
  readonly base?: string;
  readonly out?: string;
  readonly summary?: string;
  readonly list: boolean;
}

const program = new Command("npm run review --")
  .description("Plans and judges every stack and writes a summary for a pull request.")
  .option("--base <folder>", "output folder of --out for the commit to compare with")
  .option("--out <folder>", "also write each stack's plan and its reports as SARIF and JUnit XML")
  .option("--summary <file.md>", "append the summary to a file instead of printing it")
  .option("--list", "only print the names of the stacks, as JSON", false)
  .addHelpText(
    "after",
    `
Examples:
  npm run review
  git worktree add ../base main && (cd ../base && npm ci && npm run review -- --out /tmp/base)
  npm run review -- --base /tmp/base --summary review.md

Exit codes:
  0  every stack can be planned and violates no policy
  1  a stack cannot be planned or violates a policy
  2  the command line is invalid`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  if (options.list) {
    console.log(JSON.stringify(knownStacks()));
    return;
  }
  const reviewed: Reviewed[] = [];
  for (const stack of knownStacks()) {
    const plan = await planOrError(stack);
    if (!(plan instanceof Error) && options.out !== undefined) {
      writePlan(plan, options.out, stack);
    }
    reviewed.push({ stack, plan, ...sinceBase(plan, options.base, stack) });
  }
  const markdown = reviewMarkdown(reviewed);
  if (options.summary === undefined) {
    process.stdout.write(markdown);
  } else {
    appendFileSync(options.summary, markdown);
  }
  process.exitCode = reviewed.every(passes) ? 0 : 1;
}

async function planOrError(stack: string): Promise<JudgedPlan | Error> {
  try {
    return await judgedPlan(stack);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DoesNotFitError) {
      return error;
    }
    throw error;
  }
}

function writePlan(plan: JudgedPlan, folder: string, stack: string): void {
  mkdirSync(folder, { recursive: true });
  const file = (ending: string): string => join(folder, `${stack}.${ending}`);
  writeFileSync(file("json"), judgedJson(plan));
  writeReports(plan.policies, { sarif: file("sarif"), junit: file("xml") }, `Pulumi.${stack}.yaml`);
}

/** The changes since the base. A stack that the base does not have, or cannot plan, is new. */
function sinceBase(
  plan: JudgedPlan | Error,
  folder: string | undefined,
  stack: string,
): Pick<Reviewed, "since"> | Record<string, never> {
  if (folder === undefined || plan instanceof Error) {
    return {};
  }
  if (!existsSync(folder)) {
    throw new UsageError(`--base ${folder}: no such folder; create it with: npm run review -- --out ${folder}`);
  }
  const path = join(folder, `${stack}.json`);
  const base = existsSync(path) ? (readJson(path, "--base") as { resources: Recorded[]; price: Summary }) : undefined;
  return {
    since: {
      changes: changesOf(base?.resources ?? [], plan.planned.resources),
      cents: base?.price.cents ?? 0,
    },
  };
}

main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 2;
});
