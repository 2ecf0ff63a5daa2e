import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import colours from "picocolors";
import { DoesNotFitError } from "../../components/node/placement";
import { ConfigError } from "../../stacks/config/load";
import { planFrom } from "../../planning/plan";
import { CannotRehearseError } from "../../rehearsal/system/preflight";
import { takeDown } from "../../rehearsal/running";
import { UsageError } from "../../planning/stack-file";
import { DRILLS } from "../../rehearsal/drills/drills";
import { report } from "./report";
import { bootForDrill, runDrill } from "../../rehearsal/drills/run";

const program = new Command("npm run drill --")
  .description(
    "Makes something go wrong on a stack's own nodes, booted on this machine, and measures what comes of it.",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .addHelpText(
    "after",
    `
Examples:
  npm run drill -- list
  npm run drill -- redis-failover
  npm run drill -- redis-failover --set cloud=gcp --json
  npm run drill -- redis-failover --keep      leave the nodes running afterwards: see "npm run rehearse -- status"

Exit code: 0 when everything held that must hold, 1 when something didn't, 2 when the command is wrong.`,
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
  .description("run a drill; boots the nodes that it needs unless they run already")
  .option("-s, --stack <name>", "stack whose Pulumi.<name>.yaml is read", "prod")
  .option(
    "--set <key=value>",
    "config on top of the stack's, repeatable",
    (value, all: string[]) => [...all, value],
    [],
  )
  .option("--output <file.json>", "where the result is stored; default: .cache/drills/<drill>-<cloud>.json")
  .option("--json", "print the result as JSON", false)
  .option("--keep", "leave the nodes running", false)
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
      `no such drill: ${name} (there are ${DRILLS.map((each) => each.name).join(", ")}), for example "npm run drill -- ${DRILLS[0]!.name}"`,
    );
  }
  const progress = (text: string): void => console.error(colours.dim(text));
  const settings = [...(chosen.settings ?? []), ...set];
  if (chosen.settings !== undefined) {
    progress(`with ${chosen.settings.join(" and ")}`);
  }
  const { rehearsal, ours } = await bootForDrill(chosen, planFrom(stack, settings), progress);
  const ended = async (): Promise<void> => {
    if (ours && !keep) {
      await takeDown(stack);
    }
  };
  process.once("SIGINT", () => void ended().finally(() => process.exit(130)));
  try {
    const result = await runDrill(chosen, rehearsal, progress);
    const file = output ?? join(".cache", "drills", `${name}-${result.cloud}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : report(result, colours));
    process.exitCode = result.passed ? 0 : 1;
  } finally {
    await ended();
  }
}

program.parseAsync().catch((error: unknown) => {
  if (
    error instanceof ConfigError ||
    error instanceof DoesNotFitError ||
    error instanceof UsageError ||
    error instanceof CannotRehearseError
  ) {
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
    return;
  }
  throw error;
});
