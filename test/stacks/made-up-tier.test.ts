import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ts from "typescript";
import type { Answer, Answers } from "./made-up-tier/probe";

const TABLE = "stacks/tiers.ts";
const PROBE = "test/stacks/made-up-tier/probe.ts";
/** What planning, pricing and judging a stack consists of. */
const PROGRAM = [
  "stacks",
  "components",
  "cost",
  "policy",
  "planning",
  PROBE,
  "Pulumi.yaml",
  "Pulumi.prod.yaml",
  "package.json",
  "tsconfig.json",
];

/** A tier larger than T4 that allows Redis Cluster, but no shards. */
const T5 = `
  t5: {
    title: "Made up, clustered",
    queriesPerHour: { min: 10_000, max: 20_000 },
    highAvailability: true,
    allows: { redisCluster: true, timescaledbShards: 1 },
    natPerZone: true,
    dataZones: 3,
    api: { containers: 9, workersPerContainer: 4 },
    timescaledb: { memGiB: 10, cpus: 16 },
    neo4j: { heapGiB: 9, pageCacheGiB: 9 },
    redis: { maxMemoryGiB: 3 },
    dataGb: { timescaledb: 80, neo4j: 30, redis: 3 },
    total: { memGiB: 40, cpus: 40 },
    budgetUsd: { aws: 9000, gcp: 9000 },
    families: STEADY,
  },`;
/** One that allows two shards, but no Redis Cluster, and whose budget covers one NAT gateway. */
const T6 = T5.replace("t5:", "t6:")
  .replace("redisCluster: true, timescaledbShards: 1", "redisCluster: false, timescaledbShards: 2")
  .replace("natPerZone: true", "natPerZone: false");

/** The table with two tiers more. */
function edited(rows: string): string {
  const table = readFileSync(TABLE, "utf8");
  const names = table.replace('"t4"] as const', '"t4", "t5", "t6"] as const');
  const end = names.indexOf("\n});");
  assert.notEqual(names, table);
  assert.notEqual(end, -1);
  return names.slice(0, end) + rows + names.slice(end);
}

/** What the compiler says of the table alone. */
function compile(table: string): string[] {
  const path = resolve(TABLE);
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile("tsconfig.json", (name) => ts.sys.readFile(name)).config,
    ts.sys,
    ".",
  );
  const strict = { ...options, noCheck: false, types: [] };
  const host = ts.createCompilerHost(strict);
  const read = host.readFile.bind(host);
  host.readFile = (file): string | undefined => (resolve(file) === path ? table : read(file));
  return ts
    .getPreEmitDiagnostics(ts.createProgram([path], strict, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/** Runs the probe in a copy of the program whose table is edited. */
function probe(table: string, stacks: readonly string[]): Answers {
  const copy = mkdtempSync(join(tmpdir(), "made-up-tier-"));
  try {
    PROGRAM.forEach((path) => cpSync(path, join(copy, path), { recursive: true }));
    symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
    writeFileSync(join(copy, TABLE), table);
    const program = ["-r", "ts-node/register", PROBE, ...stacks];
    return JSON.parse(execFileSync(process.execPath, program, { cwd: copy, encoding: "utf8" })) as Answers;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

describe("a made-up tier", () => {
  const PLAIN = "budgetUsd=auto tier=t5";
  const CLUSTER = "budgetUsd=auto tier=t5 redisMode=cluster";
  const NO_CLUSTER = "budgetUsd=auto tier=t6 redisMode=cluster";
  const SHARDS = "budgetUsd=auto tier=t6 timescaledbShards=2";
  const FOUR_SHARDS = "budgetUsd=auto tier=t6 timescaledbShards=4";
  const NO_SHARDS = "budgetUsd=auto tier=t5 timescaledbShards=2";
  let answers: Answers;

  const planned = (stack: string): Answer => {
    const answer = answers.stacks[stack]!;
    assert.ok(typeof answer !== "string", `${stack}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const refused = (stack: string): string => {
    const answer = answers.stacks[stack]!;
    assert.equal(typeof answer, "string", `${stack} is not refused`);
    return answer as string;
  };

  before(() => {
    answers = probe(edited(T5 + T6), [PLAIN, CLUSTER, NO_CLUSTER, SHARDS, FOUR_SHARDS, NO_SHARDS]);
  });

  it("is demanded by the compiler as soon as it has a name, property by property", () => {
    assert.deepEqual(compile(edited(T5 + T6)), []);
    assert.match(compile(edited("")).join(), /t5, t6/);
    assert.match(compile(edited(T5 + T6.replace(/allows: .*\n/, ""))).join(), /'allows' is missing/);
    assert.match(compile(edited(T5 + T6.replace(", max: 20_000", ""))).join(), /'assumed' is missing/);
  });

  it("is planned, priced in full and passes every policy", () => {
    for (const stack of [PLAIN, CLUSTER, SHARDS]) {
      const { cents, budgetCents, unpriced, violations } = planned(stack);
      assert.equal(budgetCents, 900_000, stack);
      assert.ok(cents > 100_000, stack);
      assert.equal(unpriced, 0, stack);
      assert.deepEqual(violations, [], stack);
    }
  });

  it("decides on Redis Cluster by its property", () => {
    assert.equal(planned(CLUSTER).nodes.redis, 6);
    assert.match(refused(NO_CLUSTER), /redisMode[^]*cluster with tier t4 or t5 and high availability/);
  });

  it("decides on shards by its property", () => {
    assert.equal(planned(SHARDS).nodes.timescaledb, 6);
    assert.match(
      refused(FOUR_SHARDS),
      /timescaledbShards[^]*2 with tier t4 or t6, 4 with tier t4 and high availability/,
    );
    assert.match(refused(NO_SHARDS), /timescaledbShards/);
  });

  it("decides on the NAT gateways by its property", () => {
    assert.equal(planned(PLAIN).natGateways, 3);
    assert.equal(planned(SHARDS).natGateways, 1);
  });

  it("is limited by what it allows", () => {
    const { t5, t6 } = answers.instances;
    assert.deepEqual([t5!.redis, t5!.timescaledb], [6, 3]);
    assert.deepEqual([t6!.redis, t6!.timescaledb], [3, 6]);
  });
});
