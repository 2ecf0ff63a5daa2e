import { spawnSync } from "node:child_process";
import { Command, Option } from "commander";
import { Listr } from "listr2";
import colours from "picocolors";
import { DoesNotFitError } from "../../components/node/placement";
import { SERVICES, type Service } from "../../components/model/role";
import { ConfigError } from "../../stacks/config/load";
import { planFrom } from "../../planning/plan";
import { UsageError } from "../../planning/stack-file";
import { BOOT_TIMEOUT_MS, type Machine } from "../../rehearsal/machine/machine";
import { assertCanRehearse, assertRoot, CannotRehearseError, PROGRAMS } from "../../rehearsal/system/preflight";
import { Rehearsal } from "../../rehearsal/rehearsal";
import { runningStacks, takeDown } from "../../rehearsal/running";
import { nodeStatus, report } from "./report";
import { ServiceError } from "../../rehearsal/cloud/services";
import { standIns } from "../../rehearsal/cloud/stand-ins";

const program = new Command("npm run rehearse --")
  .description(
    "Boots a stack's own nodes on this machine: the same scripts, addresses, disks and firewalls as in the cloud.",
  )
  .addHelpText(
    "after",
    `
Examples:
  npm run rehearse -- --stack prod --service redis      boot the Redis nodes of prod
  npm run rehearse -- --stack dev --set cloud=gcp       boot dev as it would be on Google Cloud
  npm run rehearse -- status --json
  npm run rehearse -- logs redis-1 --unit redis-server
  npm run rehearse -- shell redis-1
  npm run rehearse -- down

Needs Linux, root and, for each node, 1.5 GiB of disk. Exit code: 0 when every node serves, 1 when one doesn't or the
machine or config can't, 2 when the command is wrong.`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .hook("preAction", (_, command) => {
    if (["status", "logs", "shell", "down"].includes(command.name())) {
      assertRoot();
    }
  });

const collect = (value: string, all: string[]): string[] => [...all, value];

program
  .command("up", { isDefault: true })
  .description("boot the nodes (default)")
  .option("-s, --stack <name>", "stack whose Pulumi.<name>.yaml is read", "dev")
  .option("--set <key=value>", "config on top of the stack's, repeatable", collect, [])
  .addOption(
    new Option("--service <name>", "only nodes that host this service, repeatable")
      .choices(SERVICES)
      .argParser((value, all: string[] = []) => {
        if (!(SERVICES as readonly string[]).includes(value)) {
          throw new UsageError(`--service ${value}: there are ${SERVICES.join(", ")}, for example --service redis`);
        }
        return [...all, value];
      }),
  )
  .option("--where-possible", "where nodes can't be booted, progress why and end well", false)
  .option("--json", "print the nodes as JSON", false)
  .action(up);

program
  .command("requirements")
  .description("list the Debian packages that a rehearsal needs")
  .action(() => console.log([...new Set(Object.values(PROGRAMS))].join(" ")));

program
  .command("status")
  .description("show the nodes")
  .option("-s, --stack <name>", "stack; default: the one that is being runningStacks")
  .option("--json", "print them as JSON", false)
  .action(({ stack, json }: { stack?: string; json: boolean }) => {
    const rehearsal = Rehearsal.open(one(stack));
    print(rehearsal, json);
  });

program
  .command("logs <node>")
  .description("show what a node printed while it booted, or its journal")
  .option("-s, --stack <name>", "stack; default: the one that is being runningStacks")
  .option("-u, --unit <unit>", "journal of this unit; default: the console")
  .option("-f, --follow", "go on until interrupted", false)
  .action(async (node: string, { stack, unit, follow }: { stack?: string; unit?: string; follow: boolean }) => {
    const machine = Rehearsal.open(one(stack)).machine(node);
    const command =
      unit === undefined
        ? ["tail", "-n", "+1", ...(follow ? ["-f"] : []), machine.console]
        : [...(await machine.enter()), "journalctl", "--no-pager", "-u", unit, ...(follow ? ["-f"] : [])];
    runInteractively(command);
  });

program
  .command("shell <node> [command...]")
  .description("open a shell in a node, or run a command there")
  .option("-s, --stack <name>", "stack; default: the one that is being runningStacks")
  .action(async (node: string, command: string[], { stack }: { stack?: string }) => {
    const machine = Rehearsal.open(one(stack)).machine(node);
    runInteractively([...(await machine.enter()), ...(command.length === 0 ? ["bash", "--login"] : command)]);
  });

program
  .command("down")
  .description("end rehearsals and remove everything that they made")
  .option("-s, --stack <name>", "only this stack's; default: all")
  .action(async ({ stack }: { stack?: string }) => {
    const stacks = runningStacks().filter((name) => stack === undefined || name === stack);
    if (stacks.length === 0) {
      console.error(`nothing to remove${stack === undefined ? "" : ` of ${stack}`}`);
    }
    for (const name of stacks) {
      await takeDown(name);
      console.error(`removed: ${name}`);
    }
  });

interface UpOptions {
  readonly stack: string;
  readonly set: readonly string[];
  readonly service?: readonly Service[];
  readonly wherePossible: boolean;
  readonly json: boolean;
}

async function up({ stack, set, service = [], wherePossible, json }: UpOptions): Promise<void> {
  const plan = planFrom(stack, set);
  try {
    assertCanRehearse(1);
  } catch (error) {
    if (wherePossible && error instanceof CannotRehearseError) {
      console.error(error.message);
      return;
    }
    throw error;
  }
  if (runningStacks().includes(stack)) {
    const rehearsal = Rehearsal.open(stack);
    console.error(`${stack} runs already, as it was planned then; "npm run rehearse -- down" ends it`);
    return print(rehearsal, json);
  }
  let stopping = false;
  const interrupted = (): void => {
    stopping = true;
    console.error(`removing what was made for ${stack}`);
    takeDown(stack)
      .catch((error: unknown) => console.error(`${String(error)}\n"npm run rehearse -- down" tries again`))
      .finally(() => process.exit(130));
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  let rehearsal: Rehearsal | undefined;
  const tasks = new Listr<object>(
    [
      {
        title: "this machine",
        task: async (_, task) => {
          rehearsal = await Rehearsal.prepare(plan, service, (text) => (task.output = text));
        },
      },
      {
        title: "nodes",
        task: (_, task) =>
          task.newListr(
            rehearsal!.machines.map((machine) => bootTask(rehearsal!, machine)),
            { concurrent: true, exitOnError: false },
          ),
      },
    ],
    // Its own answer to Ctrl-C would be to leave at once.
    { rendererOptions: { collapseSubtasks: false }, registerSignalListeners: false },
  );
  try {
    await tasks.run();
  } catch (error) {
    if (runningStacks().includes(stack)) {
      console.error(`what was made stays for a look; "npm run rehearse -- down" removes it`);
    }
    throw error;
  }
  if (!stopping) {
    print(rehearsal!, json);
  }
}

function bootTask(
  rehearsal: Rehearsal,
  machine: Machine,
): { title: string; task: (c: object, t: { title: string }) => Promise<void> } {
  return {
    title: machine.host.name,
    task: async (_, task) => {
      await rehearsal.launch(machine);
      const { state, bootSeconds, reason } = await machine.waitForBoot(BOOT_TIMEOUT_MS);
      if (state !== "serving") {
        const late = `still booting after ${BOOT_TIMEOUT_MS / 1000} s`;
        throw new Error(`${machine.host.name}: ${reason ?? (state === "booting" ? late : `it is ${state}`)}`);
      }
      task.title = `${machine.host.name} serves after ${bootSeconds!.toFixed(1)} s`;
    },
  };
}

/** Prints the nodes; the exit code says whether all serve. */
function print(rehearsal: Rehearsal, json: boolean): void {
  const nodes = rehearsal.machines.map(nodeStatus);
  process.stdout.write(
    json
      ? `${JSON.stringify({ stack: rehearsal.stack.stack, nodes, standIns: standIns(rehearsal.stack, rehearsal.services) }, null, 2)}\n`
      : report(rehearsal, colours),
  );
  process.exitCode = nodes.every(({ state }) => state === "serving") ? 0 : 1;
}

/** The stack that is meant: the named one, or the only one. */
function one(stack: string | undefined): string {
  const running = runningStacks();
  if (stack === undefined && running.length !== 1) {
    throw new CannotRehearseError(
      running.length === 0 ? "nothing is being runningStacks" : `which stack? --stack ${running.join(" or --stack ")}`,
    );
  }
  return stack ?? running[0]!;
}

/** Gives the terminal to another program. */
function runInteractively(command: readonly string[]): void {
  const { status } = spawnSync(command[0]!, command.slice(1), { stdio: "inherit" });
  process.exitCode = status ?? 1;
}

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof Error)) {
    throw error;
  }
  const known = [ConfigError, DoesNotFitError, UsageError, CannotRehearseError, ServiceError];
  if (!known.some((kind) => error instanceof kind)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
