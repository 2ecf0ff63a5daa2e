import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import colours from "picocolors";
import { DoesNotFitError } from "../../components/node/placement";
import { ConfigError } from "../../stacks/config/load";
import { planFrom } from "../../planning/plan";
import type { StackPlan } from "../../stacks/plan";
import { ServiceError } from "../../rehearsal/cloud/services";
import { BootError } from "../../rehearsal/machine/machine";
import { CannotRehearseError } from "../../rehearsal/system/preflight";
import { runningStacks, takeDown } from "../../rehearsal/running";
import { streamProgress } from "../../rehearsal/system/progress";
import { UsageError } from "../../planning/stack-file";
import { DRILLS } from "../../rehearsal/drills/drills";
import { report } from "../../rehearsal/drills/report";
import { bootForDrill, runDrill } from "../../rehearsal/drills/run";

const program = new Command("npm run drill --")
  .description("Injects faults into a stack's nodes, booted on this machine, and measures the effect.")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .addHelpText(
    "after",
    `
Examples:
  npm run drill -- list
  npm run drill -- redis-failover
  npm run drill -- redis-failover --set cloud=gcp --json
  npm run drill -- redis-failover --keep      keep the nodes running: "npm run rehearse -- status"

Exit codes: 0 all expectations met; 1 an expectation was not met, or the drill cannot run; 2 usage error.`,
  );

program
  .command("list")
  .description("list the drills")
  .action(() => {
    for (const { name, description } of DRILLS) {
      console.log(`${colours.bold(name)}  ${description}`);
    }
  });

program
  .command("run <drill>", { isDefault: true })
  .description("run a drill; boots the nodes that it requires unless they are running")
  .option("-s, --stack <name>", "stack; its config is read from Pulumi.<name>.yaml", "prod")
  .option("--set <key=value>", "override a config value, repeatable", (value, all: string[]) => [...all, value], [])
  .option("--output <file.json>", "file for the result. Default: .cache/drills/<drill>-<cloud>.json")
  .option("--json", "print the result as JSON", false)
  .option("--keep", "keep the nodes running", false)
  .action(drill);

interface DrillOptions {
  readonly stack: string;
  readonly set: readonly string[];
  readonly output?: string;
  readonly json: boolean;
  readonly keep: boolean;
}

async function drill(name: string, { stack, set, output, json, keep }: DrillOptions): Promise<void> {
  const chosen = DRILLS.find((candidate) => candidate.name === name);
  if (chosen === undefined) {
    throw new UsageError(
      `unknown drill ${name}; use ${DRILLS.map((each) => each.name).join(", ")}, for example "npm run drill -- ${DRILLS[0]!.name}"`,
    );
  }
  const progress = streamProgress(process.stderr, colours.dim);
  const settings = [...(chosen.settings ?? []), ...set];
  if (chosen.settings !== undefined) {
    progress(`config overrides: ${chosen.settings.join(" ")}`);
  }
  const wasRunning = runningStacks().includes(stack);
  const end = async (): Promise<void> => {
    if (!wasRunning && !keep) {
      await takeDown(stack);
    }
  };
  process.once("SIGINT", () => void end().finally(() => process.exit(130)));
  try {
    const rehearsal = await bootForDrill(chosen, planFrom(stack, settings), progress);
    const replan = (more: readonly string[]): StackPlan => planFrom(stack, [...settings, ...more]);
    const result = await runDrill(chosen, rehearsal, progress, replan);
    const file = output ?? join(".cache", "drills", `${name}-${result.cloud}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : report(result, colours));
    process.exitCode = result.passed ? 0 : 1;
  } finally {
    await end();
  }
}

program.parseAsync().catch((error: unknown) => {
  const expected = [ConfigError, DoesNotFitError, UsageError, CannotRehearseError, ServiceError, BootError];
  if (!(error instanceof Error) || !expected.some((kind) => error instanceof kind)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
