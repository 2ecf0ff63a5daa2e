import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { readStackFile } from "../stack-file";
import { measure, median, ratio, type Subject } from "./measure";

const program = new Command("npm run bench --")
  .description("Times the program's start and its plans against each other, as ratios of one run.")
  .option("-n, --rounds <number>", "rounds that count", "5")
  .option("--json", "print the figures as JSON", false)
  .addHelpText("after", "\nExamples:\n  npm run bench\n  npm run bench -- --rounds 9 --json");

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
  start("this program, until it is planned", ["index.ts", "--until-planned"]),
  start("this program, all resources registered", ["index.ts"]),
  start("the same under ts-node's defaults", ["index.ts"], { BENCH_CHECK_TYPES: "1" }),
  plan("plan of T4 on AWS", "tier=t4"),
  plan("plan of T4 on Google Cloud", "tier=t4", "cloud=gcp"),
];

function main(): void {
  const { rounds, json } = program.parse().opts<{ rounds: string; json: boolean }>();
  const progress = process.stderr.isTTY ? (text: string) => process.stderr.write(`\r\x1b[K${text}`) : () => undefined;
  const measured = measure(SUBJECTS, Number(rounds), progress);
  if (process.stderr.isTTY) {
    process.stderr.write("\r\x1b[K");
  }
  const base = measured[0]!;
  const rows = measured.map((subject) => ({
    name: subject.name,
    seconds: median(subject.seconds),
    ratio: ratio(subject, base),
  }));
  if (json) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  const table = new Table({ head: ["", "median", "to an empty program"], style: { head: [], border: [] } });
  rows.forEach((row) => table.push([row.name, `${row.seconds.toFixed(2)} s`, row.ratio.toFixed(2)]));
  console.log(table.toString());
}

main();
