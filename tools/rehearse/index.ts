import { spawnSync } from "node:child_process";
import { Command, Option } from "commander";
import { Listr, type ListrTask } from "listr2";
import colours from "picocolors";
import { DoesNotFitError } from "../../components/node/placement";
import { SERVICES, type Service } from "../../components/model/role";
import { NOTICED_SECONDS } from "../../components/platform/platform";
import { ConfigError } from "../../stacks/config/load";
import { planFrom } from "../../planning/plan";
import { UsageError } from "../../planning/stack-file";
import { ServiceError } from "../../rehearsal/cloud/services";
import { BootError, type Machine } from "../../rehearsal/machine/machine";
import { Rehearsal } from "../../rehearsal/rehearsal";
import { runningStacks, takeDown } from "../../rehearsal/running";
import { assertCanRehearse, assertRoot, CannotRehearseError, PROGRAMS } from "../../rehearsal/system/preflight";
import { until } from "../../rehearsal/system/process";
import { logProgress, progressText, type Progress } from "../../rehearsal/system/progress";
import { nodeStatus, report } from "./report";
import { standIns } from "../../rehearsal/cloud/stand-ins";
import { serveCommand } from "./serve";
import { usage } from "./usage";

const STACK_OPTION = ["-s, --stack <name>", "stack. Default: the one that is being rehearsed"] as const;

const program = new Command("npm run rehearse --")
  .description(
    "Boots a stack's nodes on this machine, with the same scripts, addresses, disks and firewalls as in the cloud.",
  )
  .addHelpText(
    "after",
    `
Examples:
  npm run rehearse -- --stack prod --service redis      boot the Redis nodes of prod
  npm run rehearse -- --stack dev --set cloud=gcp       boot dev as on Google Cloud
  npm run rehearse -- status --json
  npm run rehearse -- logs redis-1 --unit redis-server
  npm run rehearse -- shell redis-1
  npm run rehearse -- shell redis-1 systemctl --failed
  npm run rehearse -- serve --stack dev                 a cloud on this machine for "pulumi up"
  npm run rehearse -- down

Requires Linux, root and 1.5 GiB of disk for each node.
Exit codes: 0 all nodes serve; 1 a node does not serve, or this machine or the config is unsuitable; 2 usage error.
"shell" with a command returns the command's exit code.`,
  )
  .enablePositionalOptions()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .hook("preAction", (_, command) => {
    if (["status", "logs", "shell", "down"].includes(command.name())) {
      assertRoot();
    }
  });

const collect = (value: string, all: string[]): string[] => [...all, value];

program
  .command("up", { isDefault: true })
  .description("boot the nodes (default command)")
  .option("-s, --stack <name>", "stack; its config is read from Pulumi.<name>.yaml", "dev")
  .option("--set <key=value>", "override a config value, repeatable", collect, [])
  .addOption(
    new Option("--service <name>", "boot only nodes that host this service, repeatable")
      .choices(SERVICES)
      .argParser((value, all: string[] = []) => {
        if (!(SERVICES as readonly string[]).includes(value)) {
          throw new UsageError(
            `--service ${value}: unknown service; use ${SERVICES.join(", ")}, for example --service redis`,
          );
        }
        return [...all, value];
      }),
  )
  .option("--where-possible", "exit with 0 and the reasons if this machine cannot boot nodes", false)
  .option("--json", "print the nodes as JSON", false)
  .action(up);

program
  .command("requirements")
  .description("list the Debian packages that a rehearsal requires")
  .action(() => console.log([...new Set(Object.values(PROGRAMS))].join(" ")));

program
  .command("status")
  .description("show the nodes and how to use them")
  .option(...STACK_OPTION)
  .option("--json", "print the nodes as JSON", false)
  .action(({ stack, json }: { stack?: string; json: boolean }) => print(Rehearsal.open(selectedStack(stack)), json));

program
  .command("logs <node>")
  .description("show a node's console, or the journal of a unit")
  .option(...STACK_OPTION)
  .option("-u, --unit <unit>", "show the journal of this systemd unit. Default: the console")
  .option("-f, --follow", "show new lines until interrupted", false)
  .action(async (node: string, { stack, unit, follow }: { stack?: string; unit?: string; follow: boolean }) => {
    const machine = Rehearsal.open(selectedStack(stack)).machine(node);
    const command =
      unit === undefined
        ? ["tail", "-n", "+1", ...(follow ? ["-f"] : []), machine.console]
        : [...(await machine.enter()), "journalctl", "--no-pager", "-u", unit, ...(follow ? ["-f"] : [])];
    runInteractively(command);
  });

program
  .command("shell <node> [command...]")
  .description("open a shell in a node, or run a command in it; options after the node belong to the command")
  .option(...STACK_OPTION)
  .passThroughOptions()
  .action(async (node: string, command: string[], { stack }: { stack?: string }) => {
    const machine = Rehearsal.open(selectedStack(stack)).machine(node);
    runInteractively([...(await machine.enter()), ...(command.length === 0 ? ["bash", "--login"] : command)]);
  });

program.addCommand(serveCommand());

program
  .command("down")
  .description("end rehearsals and remove everything they created")
  .option("-s, --stack <name>", "end the rehearsal of this stack. Default: all rehearsals")
  .action(async ({ stack }: { stack?: string }) => {
    const stacks = runningStacks().filter((name) => stack === undefined || name === stack);
    if (stacks.length === 0) {
      console.error(stack === undefined ? "nothing is being rehearsed" : `${stack} is not being rehearsed`);
    }
    for (const name of stacks) {
      console.error(`removing ${name}`);
      await takeDown(name);
      console.error(`removed ${name}`);
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
    console.error(
      `${stack} is already running, with the config it was booted with; "npm run rehearse -- down" ends it`,
    );
    return print(rehearsal, json);
  }
  let interrupted = false;
  const interrupt = (): void => {
    if (interrupted) {
      return; // npm forwards the signal that the terminal sends too
    }
    interrupted = true;
    for (const stream of [process.stdout, process.stderr]) {
      stream.on("error", () => undefined); // the terminal may be closed
    }
    console.error(`\nremoving ${stack}`);
    takeDown(stack)
      .then(() => console.error(`removed ${stack}`))
      .catch((error: unknown) => console.error(`${String(error)}\n"npm run rehearse -- down" tries again`))
      .finally(() => process.exit(130));
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);
  let rehearsal: Rehearsal;
  try {
    rehearsal = await boot(async (progress) => Rehearsal.prepare(plan, service, progress));
  } catch (error) {
    if (runningStacks().includes(stack)) {
      console.error(
        `The nodes keep running so that you can inspect them ("npm run rehearse -- status"); "npm run rehearse -- down" ends them.`,
      );
    }
    throw error;
  }
  if (!interrupted) {
    print(rehearsal, json);
  }
}

/** Prepares a rehearsal and boots its nodes, with progress on the terminal. Throws when a node does not serve. */
async function boot(prepare: (progress: Progress) => Promise<Rehearsal>): Promise<Rehearsal> {
  let rehearsal: Rehearsal | undefined;
  const tasks = new Listr<object>(
    [
      {
        title: "Preparing this machine",
        task: async (_, task) => {
          rehearsal = await prepare(progressTo((line) => (task.output = line)));
        },
      },
      {
        title: "Booting nodes",
        task: (_, task) =>
          task.newListr(
            rehearsal!.machines.map((machine) => bootTask(rehearsal!, machine)),
            { concurrent: true, exitOnError: false },
          ),
      },
    ],
    // Listr's own handler of Ctrl-C would exit before the clean-up.
    { rendererOptions: { collapseSubtasks: false }, registerSignalListeners: false },
  );
  await tasks.run();
  const { apiUrl } = rehearsal!;
  if (apiUrl !== undefined) {
    await new Listr([balancerTask(apiUrl)], { registerSignalListeners: false }).run();
  }
  return rehearsal!;
}

function balancerTask(apiUrl: string): ListrTask {
  return {
    title: "Waiting for the load balancer's health checks",
    task: async (_, task) => {
      task.title = (await until(() => responds(apiUrl), BALANCER_TIMEOUT_MS, 500))
        ? "The API responds through the load balancer"
        : "The load balancer has no healthy node yet";
    },
  };
}

/** Milliseconds for the load balancer to notice that the API is ready: its health checks, doubled. */
const BALANCER_TIMEOUT_MS = 2000 * NOTICED_SECONDS.ready;

async function responds(url: string): Promise<boolean> {
  return fetch(`${url}/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function bootTask(rehearsal: Rehearsal, machine: Machine): ListrTask {
  const { name } = machine.host;
  return {
    title: name,
    task: async (_, task) => {
      const progress = progressTo((line) => (task.output = `${name}: ${line}`));
      await rehearsal.launch(machine);
      const seconds = await machine.waitUntilServing(progress);
      task.title = `${name} serves after ${seconds.toFixed(1)} s`;
    },
  };
}

/** On a terminal every change of the current line; in a log fewer lines. */
function progressTo(show: (line: string) => void): Progress {
  return process.stdout.isTTY ? (step, detail) => show(progressText(step, detail)) : logProgress(show);
}

/** Prints the nodes. The exit code is 0 if all serve. */
function print(rehearsal: Rehearsal, json: boolean): void {
  const nodes = rehearsal.machines.map(nodeStatus);
  process.stdout.write(
    json
      ? `${JSON.stringify({ stack: rehearsal.stack.stack, nodes, standIns: standIns(rehearsal.stack, rehearsal.services) }, null, 2)}\n`
      : `${report(rehearsal, colours)}\n${usage(rehearsal, colours)}`,
  );
  process.exitCode = nodes.every(({ state }) => state === "serving") ? 0 : 1;
}

/** The named stack, or the only one that is being rehearsed. */
function selectedStack(stack: string | undefined): string {
  const running = runningStacks();
  if (stack === undefined && running.length !== 1) {
    throw new CannotRehearseError(
      running.length === 0
        ? 'nothing is being rehearsed; "make up" boots the dev stack'
        : `several stacks are being rehearsed; choose one: --stack ${running.join(" or --stack ")}`,
    );
  }
  return stack ?? running[0]!;
}

/** Gives the terminal to another program and takes over its exit code. */
function runInteractively(command: readonly string[]): void {
  const { status } = spawnSync(command[0]!, command.slice(1), { stdio: "inherit" });
  process.exitCode = status ?? 1;
}

program.parseAsync().catch((error: unknown) => {
  const expected = [ConfigError, DoesNotFitError, UsageError, CannotRehearseError, ServiceError, BootError];
  if (!(error instanceof Error) || !expected.some((kind) => error instanceof kind)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
