import { join } from "node:path";
import Table from "cli-table3";
import { Command, Option } from "commander";
import { TIER_NAMES, type TierName } from "../../stacks/tiers";
import { CannotRehearseError } from "../../rehearsal/system/preflight";
import { readStackFile } from "../../planning/stack-file";
import { benchDatabase, databaseTable } from "./database";
import { benchEstimate, type EstimateFigure } from "./estimate";
import { benchPolicy, PACKS, type PolicyFigure } from "./policy";
import { measure, median, ratio, type Subject } from "./measure";
import { benchNginx, type NginxFigure } from "./nginx";

const program = new Command("npm run bench --")
  .description("Measures performance as ratios within one run.")
  .addHelpText(
    "after",
    `
Examples:
  npm run bench
  npm run bench -- start --rounds 9 --json
  npm run bench -- estimate
  npm run bench -- policy
  npm run bench -- nginx
  npm run bench -- database --tier t3 --seconds 30      requires root: boots the tier's node on this machine`,
  );

program
  .command("start", { isDefault: true })
  .description("start and plan of this program, against an empty Pulumi program")
  .option("-n, --rounds <number>", "measured rounds", "5")
  .option("--json", "print the figures as JSON", false)
  .action(benchStart);

program
  .command("estimate")
  .description("cost estimate of 1,000 and 10,000 resources")
  .option("-n, --rounds <number>", "measured rounds", "9")
  .option("--json", "print the figures as JSON", false)
  .action(async ({ rounds, json }: { readonly rounds: string; readonly json: boolean }) => {
    const figures = await benchEstimate(STACK, Number(rounds));
    console.log(json ? JSON.stringify(figures, null, 2) : estimateTable(figures));
  });

program
  .command("policy")
  .description("policy check of 100, 1,000 and 10,000 resources; start of the pack, against an empty pack")
  .option("-n, --rounds <number>", "measured rounds", "5")
  .option("--json", "print the figures as JSON", false)
  .action(async ({ rounds, json }: { readonly rounds: string; readonly json: boolean }) => {
    const judged = await benchPolicy(STACK, Number(rounds));
    const start = timed(PACKS, Number(rounds));
    console.log(
      json ? JSON.stringify({ judged, start }, null, 2) : `${policyTable(judged)}\n${startTable(start, "pack")}`,
    );
  });

program
  .command("nginx")
  .description("requests through the rendered nginx with TLS, against requests straight to a container")
  .option("-n, --rounds <number>", "measured rounds", "5")
  .option("--seconds <number>", "seconds of each run", "4")
  .option("--json", "print the figures as JSON", false)
  .action(async ({ rounds, seconds, json }: NginxOptions) => {
    const progress = progressLine();
    const figures = await benchNginx({ rounds: Number(rounds), seconds: Number(seconds), progress });
    progress("");
    console.log(json ? JSON.stringify(figures, null, 2) : nginxTable(figures));
  });

interface NginxOptions {
  readonly rounds: string;
  readonly seconds: string;
  readonly json: boolean;
}

program
  .command("database")
  .description(
    "TimescaleDB's rendered settings, against timescaledb-tune's and PostgreSQL's defaults, on the tier's node",
  )
  .addOption(new Option("-t, --tier <tiers...>", "tiers").choices(TIER_NAMES).default([...TIER_NAMES], "all"))
  .option("-n, --rounds <number>", "rounds", "3")
  .option("--seconds <number>", "seconds of each run", "15")
  .option("--json", "print the figures as JSON", false)
  .action(async ({ tier, rounds, seconds, json }: DatabaseOptions) => {
    const progress = progressLine();
    const figures = await benchDatabase({ tiers: tier, rounds: Number(rounds), seconds: Number(seconds), progress });
    progress("");
    console.log(json ? JSON.stringify(figures, null, 2) : databaseTable(figures));
  });

interface DatabaseOptions {
  readonly tier: readonly TierName[];
  readonly rounds: string;
  readonly seconds: string;
  readonly json: boolean;
}

function estimateTable(figures: readonly EstimateFigure[]): string {
  const table = new Table({ head: ["resources", "lines", "median", "each"], style: { head: [], border: [] } });
  figures.forEach(({ resources, lines, milliseconds, microsecondsEach }) =>
    table.push([resources, lines, `${milliseconds.toFixed(1)} ms`, `${microsecondsEach.toFixed(1)} µs`]),
  );
  return table.toString();
}

function nginxTable(figures: readonly NginxFigure[]): string {
  const head = ["upstream delay", "", "requests/s", "p50", "p99", "ratio"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { upstreamMs, bare, nginx, ratio: toBare } of figures) {
    const when = upstreamMs === 0 ? "none" : `${upstreamMs} ms`;
    for (const [name, run, relative] of [
      ["bare", bare, 1],
      ["nginx", nginx, toBare],
    ] as const) {
      const ms = (value: number): string => `${value.toFixed(1)} ms`;
      table.push([when, name, run.perSecond.toFixed(0), ms(run.p50), ms(run.p99), relative.toFixed(2)]);
    }
  }
  return table.toString();
}

/** Shows progress in one line of a terminal; nothing elsewhere. */
function progressLine(): (text: string) => void {
  return process.stderr.isTTY ? (text) => process.stderr.write(`\r\x1b[K${text}`) : () => undefined;
}

const START = join(__dirname, "start.js");
const STACK = "prod";

function start(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Subject {
  const config = Object.entries(readStackFile(STACK).values).map(([key, value]) => [
    `ape-deploy:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return {
    name,
    command: ["node", "--stack-trace-limit=1", START, ...args],
    env: { BENCH_STACK: STACK, PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config)), ...env },
  };
}

function plan(name: string, ...settings: string[]): Subject {
  const set = settings.flatMap((setting) => ["--set", setting]);
  return {
    name,
    command: [
      "node",
      "-r",
      "ts-node/register",
      join(__dirname, "../plan/index.ts"),
      "--stack",
      STACK,
      "--json",
      ...set,
    ],
  };
}

const SUBJECTS: readonly Subject[] = [
  start("empty Pulumi program", ["tools/bench/empty.ts"]),
  start("this program, plan only", ["index.ts", "--until-planned"]),
  start("this program, all resources registered", ["index.ts"]),
  start("the same with ts-node's defaults", ["index.ts"], { BENCH_CHECK_TYPES: "1" }),
  plan("plan of T4 on AWS", "tier=t4"),
  plan("plan of T4 on Google Cloud", "tier=t4", "cloud=gcp"),
];

function benchStart({ rounds, json }: { readonly rounds: string; readonly json: boolean }): void {
  const rows = timed(SUBJECTS, Number(rounds));
  console.log(json ? JSON.stringify(rows, null, 2) : startTable(rows, "program"));
}

interface StartFigure {
  readonly name: string;
  readonly seconds: number;
  /** Relative to the first subject. */
  readonly ratio: number;
}

function timed(subjects: readonly Subject[], rounds: number): StartFigure[] {
  const progress = progressLine();
  const measured = measure(subjects, rounds, progress);
  progress("");
  return measured.map((subject) => ({
    name: subject.name,
    seconds: median(subject.seconds),
    ratio: ratio(subject, measured[0]!),
  }));
}

function startTable(rows: readonly StartFigure[], what: string): string {
  const table = new Table({ head: ["", "median", `to an empty ${what}`], style: { head: [], border: [] } });
  rows.forEach((row) => table.push([row.name, `${row.seconds.toFixed(2)} s`, row.ratio.toFixed(2)]));
  return table.toString();
}

function policyTable(figures: readonly PolicyFigure[]): string {
  const table = new Table({ head: ["resources", "median", "each"], style: { head: [], border: [] } });
  figures.forEach(({ resources, milliseconds, microsecondsEach }) =>
    table.push([resources, `${milliseconds.toFixed(1)} ms`, `${microsecondsEach.toFixed(1)} µs`]),
  );
  return table.toString();
}

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof CannotRehearseError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
});
