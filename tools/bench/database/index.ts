import Table from "cli-table3";
import { MOUNT, BIN_DIRECTORY, POSTGRESQL_UNIT } from "../../../components/timescaledb/topology";
import { parameters } from "../../../components/timescaledb/postgresql";
import { maxConnections, type ServerSize } from "../../../components/timescaledb/sizing";
import { planStack } from "../../../stacks/plan";
import type { TierName } from "../../../stacks/tiers";
import { planFrom } from "../../../planning/plan";
import type { Machine } from "../../../rehearsal/machine/machine";
import { Rehearsal } from "../../../rehearsal/rehearsal";
import { takeDown } from "../../../rehearsal/running";
import { median } from "../measure";
import { tuned } from "./tune";
import { WORKLOADS, type Workload } from "./workloads";

export interface DatabaseBenchArgs {
  readonly tiers: readonly TierName[];
  readonly rounds: number;
  /** Seconds of each run. */
  readonly seconds: number;
  readonly progress: (text: string) => void;
}

/** Median throughput of each configuration for a workload, in units per second, and ratios within the same rounds. */
export interface DatabaseFigure {
  readonly tier: TierName;
  readonly workload: string;
  readonly unit: string;
  readonly perSecond: Readonly<Record<Configuration, number>>;
  readonly toTune: number;
  readonly toDefaults: number;
}

type Configuration = "rendered" | "tune" | "defaults";
const CONFIGURATIONS: readonly Configuration[] = ["rendered", "tune", "defaults"];

const STACK = "bench";
const SCALE = 20;
/** Clients: within T1's limit. */
const CLIENTS = 8;
const PORT = 5499;

/** Settings common to all configurations, unrelated to performance. WAL is not archived. */
const COMMON = {
  archive_mode: "off",
  listen_addresses: "",
  port: String(PORT),
  ssl: "off",
  shared_preload_libraries: "timescaledb,pg_stat_statements",
  "timescaledb.telemetry_level": "off",
  log_destination: "stderr",
} as const;

/**
 * Runs each workload on the tier's node against three separate servers: with the rendered settings, timescaledb-tune's and
 * PostgreSQL's defaults. One server runs at a time.
 */
export async function benchDatabase({
  tiers,
  rounds,
  seconds,
  progress,
}: DatabaseBenchArgs): Promise<DatabaseFigure[]> {
  const figures: DatabaseFigure[] = [];
  for (const tier of tiers) {
    const settings = [`tier=${tier}`, "zones=1", "highAvailability=false", "overrides.neo4j.members=1"];
    const { spec } = planFrom("prod", settings);
    const rehearsal = await Rehearsal.prepare(planStack({ ...spec, stack: STACK }), ["timescaledb"], progress);
    try {
      const [machine] = rehearsal.machines as [Machine];
      progress(`${tier}: booting its node`);
      await rehearsal.launch(machine);
      await machine.waitUntilServing();
      await machine.run(["systemctl", "stop", POSTGRESQL_UNIT]);
      figures.push(...(await compare(machine, tier, spec.timescaledb, { rounds, seconds, progress })));
    } finally {
      await takeDown(STACK);
    }
  }
  return figures;
}

async function compare(
  machine: Machine,
  tier: TierName,
  size: ServerSize,
  { rounds, seconds, progress }: Omit<DatabaseBenchArgs, "tiers">,
): Promise<DatabaseFigure[]> {
  for (const configuration of CONFIGURATIONS) {
    progress(`${tier}: loading data with ${configuration} settings`);
    await machine.run(["runuser", "-u", "postgres", "--", "bash", "-c", CREATE, "create", directory(configuration)]);
    await writeSettings(machine, configuration, size);
    await control(machine, configuration, "start");
    await sql(machine, "CREATE EXTENSION timescaledb");
    await pgbench(machine, ["-i", "-q", "-s", String(SCALE)]);
    for (const { prepare } of WORKLOADS) {
      await sql(machine, prepare);
    }
    await control(machine, configuration, "stop");
  }
  const found = new Map(WORKLOADS.map((workload) => [workload, new Map<Configuration, number[]>()]));
  for (let round = 1; round <= rounds; round++) {
    for (const configuration of turns(round)) {
      await control(machine, configuration, "start");
      for (const workload of WORKLOADS) {
        progress(`${tier}, round ${round} of ${rounds}: ${workload.name}, ${configuration}`);
        const rate = await perSecond(machine, workload, Math.min(CLIENTS, maxConnections(size)), seconds);
        const rates = found.get(workload)!;
        rates.set(configuration, [...(rates.get(configuration) ?? []), rate]);
      }
      await control(machine, configuration, "stop");
    }
  }
  return WORKLOADS.map((workload) => figureOf(tier, workload, found.get(workload)!));
}

/** The order of a round. It rotates because the first configuration has cold caches. */
function turns(round: number): Configuration[] {
  const first = round % CONFIGURATIONS.length;
  return [...CONFIGURATIONS.slice(first), ...CONFIGURATIONS.slice(0, first)];
}

function figureOf(tier: TierName, workload: Workload, rates: ReadonlyMap<Configuration, number[]>): DatabaseFigure {
  const of = (configuration: Configuration): number[] => rates.get(configuration)!;
  const ratio = (other: Configuration): number => median(of("rendered").map((rate, round) => rate / of(other)[round]!));
  return {
    tier,
    workload: workload.name,
    unit: workload.unit,
    perSecond: { rendered: median(of("rendered")), tune: median(of("tune")), defaults: median(of("defaults")) },
    toTune: ratio("tune"),
    toDefaults: ratio("defaults"),
  };
}

const CREATE = `${BIN_DIRECTORY}/initdb --pgdata="$1" --data-checksums --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8 >/dev/null`;

function directory(configuration: Configuration): string {
  return `${MOUNT}/bench-${configuration}`;
}

async function writeSettings(machine: Machine, configuration: Configuration, size: ServerSize): Promise<void> {
  const chosen = { rendered: parameters(size), tune: tuned(size), defaults: {} }[configuration];
  const lines = Object.entries({ ...chosen, ...COMMON, unix_socket_directories: "/tmp" })
    .filter(([name]) => !name.startsWith("ssl_"))
    .map(([name, value]) => `${name} = '${String(value).replace(/'/g, "''")}'\n`);
  const command = ["runuser", "-u", "postgres", "--", "tee", "-a", `${directory(configuration)}/postgresql.conf`];
  await machine.run(command, { input: lines.join("") });
}

async function control(machine: Machine, configuration: Configuration, action: "start" | "stop"): Promise<void> {
  const command = [`${BIN_DIRECTORY}/pg_ctl`, "--silent", "--wait", "--mode=fast", "--log=/dev/null"];
  await machine.run(["runuser", "-u", "postgres", "--", ...command, `--pgdata=${directory(configuration)}`, action]);
}

async function sql(machine: Machine, statement: string): Promise<void> {
  const command = ["psql", "-XAtq", "-h", "/tmp", "-p", String(PORT), "-v", "ON_ERROR_STOP=1", "-d", "postgres"];
  await machine.run(["runuser", "-u", "postgres", "--", ...command], { input: statement });
}

function pgbench(machine: Machine, options: readonly string[]): Promise<string> {
  const command = [`${BIN_DIRECTORY}/pgbench`, "-h", "/tmp", "-p", String(PORT), ...options, "postgres"];
  return machine.run(["runuser", "-u", "postgres", "--", ...command]);
}

async function perSecond(
  machine: Machine,
  { script, perTransaction }: Workload,
  clients: number,
  seconds: number,
): Promise<number> {
  const file = "/tmp/workload.sql";
  await machine.run(["tee", file], { input: script });
  const options = ["-n", "-s", String(SCALE), "-c", String(clients), "-j", "2", "-T", String(seconds), "-f", file];
  const output = await pgbench(machine, options);
  return Number(/tps = ([\d.]+)/.exec(output)![1]) * perTransaction;
}

/** The figures as a table. */
export function databaseTable(figures: readonly DatabaseFigure[]): string {
  const table = new Table({
    head: ["tier", "workload", "rendered", "timescaledb-tune's", "PostgreSQL's", "to tune's", "to defaults"],
    style: { head: [], border: [] },
  });
  figures.forEach(({ tier, workload, unit, perSecond: rates, toTune, toDefaults }) =>
    table.push([
      tier,
      workload,
      ...CONFIGURATIONS.map((each) => `${rates[each].toFixed(0)} ${unit}/s`),
      toTune.toFixed(2),
      toDefaults.toFixed(2),
    ]),
  );
  return table.toString();
}
