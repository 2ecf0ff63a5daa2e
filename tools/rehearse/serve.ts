import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { planFrom } from "../../planning/plan";
import { rehearsedProject, type RehearsedProject } from "../../rehearsal/providers/program";
import {
  bootedSession,
  CALLS_FILE,
  FAULTS_FILE,
  unbootedSession,
  type Session,
} from "../../rehearsal/providers/session";
import { Rehearsal } from "../../rehearsal/rehearsal";
import { runningStacks, takeDown } from "../../rehearsal/running";
import { local } from "../../rehearsal/stack/plan";
import { substitutesFor } from "../../rehearsal/stack/substitutes";
import { logProgress } from "../../rehearsal/system/progress";

interface ServeOptions {
  readonly stack: string;
  readonly set: readonly string[];
  readonly boot: boolean;
  readonly directory?: string;
  readonly keep: boolean;
  readonly json: boolean;
}

const SERVE_HELP = `
In another terminal, with the Pulumi CLI and the variables that "serve" prints:
  pulumi login file:///tmp/pulumi-rehearsal && pulumi stack init dev
  pulumi preview, pulumi up, pulumi refresh, pulumi destroy

Examples:
  npm run rehearse -- serve --stack dev                   boots the instances that "pulumi up" creates
  npm run rehearse -- serve --stack dev --set cloud=gcp   the same on Google Cloud; set it in the stack's config, too
  npm run rehearse -- serve --no-boot                     no machines: only the rules of the clouds; needs no root

Files in the printed directory: ${CALLS_FILE} has the engine's calls, one a line. ${FAULTS_FILE}, which you write, has what goes
wrong: {"exhausted": ["t3a.large"], "nodes": {"redis-1": "silent"}}; the nodes' faults work with --no-boot, and are
"silent", "fails", "unhealthy" and "lags". The API on Kubernetes is not supported: a cluster needs Kubernetes' own provider.
Ctrl-C removes everything, with --keep nothing; then "serve" continues with the same resources.`;

/** The command of a simulated cloud for the engine. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("offer a cloud on this machine to the Pulumi engine: preview, up, refresh and destroy")
    .option("-s, --stack <name>", "stack that may be deployed; its config is read from Pulumi.<name>.yaml", "dev")
    .option("--set <key=value>", "override a config value, repeatable", (value, all: string[]) => [...all, value], [])
    .option("--no-boot", "do not boot instances: simulate only the clouds' rules and healthy nodes")
    .option("--directory <path>", "directory for the resources with --no-boot. Default: .cache/cloud")
    .option("--keep", "on Ctrl-C, leave everything for the next serve", false)
    .option("--json", "print the environment variables as JSON", false)
    .addHelpText("after", SERVE_HELP)
    .action(serve);
}

interface Served {
  readonly session: Session;
  readonly directory: string;
  readonly project?: RehearsedProject;
  /** Removes what the session created. */
  readonly remove: () => Promise<void>;
}

/** Offers a simulated cloud to the Pulumi engine until Ctrl-C. */
async function serve(options: ServeOptions): Promise<void> {
  const served = options.boot ? await booted(options) : await unbooted(options);
  const environment = { ...served.session.environment, ...served.project?.environment };
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ environment, directory: served.directory, project: served.project?.directory })}\n`
      : text(options, served, environment),
  );
  await interruption();
  served.session.stop();
  if (!options.keep) {
    console.error("removing what was created");
    await served.remove();
  }
}

async function unbooted({ directory }: ServeOptions): Promise<Served> {
  const path = resolve(directory ?? ".cache/cloud");
  return {
    session: await unbootedSession(path),
    directory: path,
    remove: () => Promise.resolve(rmSync(path, { recursive: true, force: true })),
  };
}

async function booted({ stack, set }: ServeOptions): Promise<Served> {
  const progress = logProgress((line) => console.error(line));
  const plan = planFrom(stack, set);
  const substitutes = await substitutesFor(plan, [], progress);
  const also = { archives: [], ...local(plan, substitutes) };
  const { cloud, region } = plan.spec;
  const nothing = { subnets: [], hosts: [], volumes: [], buckets: [], objects: [], secrets: [], internet: false };
  const rehearsal = runningStacks().includes(stack)
    ? Rehearsal.open(stack)
    : await Rehearsal.create(
        { stack, cloud, region, ...nothing, ...also },
        randomBytes(32).toString("hex"),
        [],
        progress,
      );
  return {
    session: await bootedSession(rehearsal, also),
    directory: rehearsal.state,
    project: rehearsedProject(rehearsal.state, substitutes),
    remove: () => takeDown(stack),
  };
}

/** What to export and what to run. */
function text(
  { stack, boot }: ServeOptions,
  { directory, project }: Served,
  environment: Readonly<Record<string, string>>,
): string {
  const config = resolve(`Pulumi.${stack}.yaml`);
  const where = project === undefined ? "" : ` --cwd ${project.directory} --config-file ${config}`;
  const exports = Object.entries(environment).map(([name, value]) => `  export ${name}=${value}`);
  return [
    boot ? `A cloud on this machine for the stack ${stack}.` : "A cloud without machines, for any stack.",
    "In another terminal:",
    ...exports,
    `  pulumi up --stack ${stack}${where}`,
    `Calls and faults: ${directory}`,
    "Ctrl-C ends it.",
    "",
  ].join("\n");
}

function interruption(): Promise<void> {
  return new Promise((end) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => end()); // npm forwards the signal that the terminal sends too
    }
  });
}
