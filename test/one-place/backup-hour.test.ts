import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BACKUP_HOUR_DIGITS,
  BACKUP_VERIFY_TIME,
  NEO4J_BACKUP_TIME,
  OTHER_HOURS,
  RESTORE_TEST_TIME,
  TIMESCALEDB_BACKUP_TIME,
} from "../../components/model/schedule";
import { SOURCE_FOLDERS } from "../support/sources";

const ROOT = join(__dirname, "../..");
/** The only source that may contain the hour. */
const SCHEDULE = "components/model/schedule.ts";

/** Ways to write the backup hour, or the hour of any timer, into code. */
const LITERALS: readonly RegExp[] = [
  new RegExp(`(?<![\\d:.-])${BACKUP_HOUR_DIGITS}:\\d\\d(?!\\d)`), // a time of day
  new RegExp(`["'\`]${BACKUP_HOUR_DIGITS}["'\`]`), // the hour as text
  /\*-\*-\* \d/, // a systemd calendar expression with a fixed hour
  /%H\)["']? *(==|!=|=|-eq) *["']?\d/, // a comparison in a shell script
];

/** The times that each document may mention, and the one that it must mention. */
const DOCUMENTS: Readonly<Record<string, readonly string[]>> = {
  "docs/timescaledb.md": [TIMESCALEDB_BACKUP_TIME, BACKUP_VERIFY_TIME, RESTORE_TEST_TIME],
  "docs/neo4j.md": [NEO4J_BACKUP_TIME],
};

describe("the backup hour", () => {
  it("is written in one source only", () => {
    const sources = SOURCE_FOLDERS.flatMap((folder) => filesOf(folder)).filter((path) => path !== SCHEDULE);
    assert.ok(sources.length > 100, String(sources.length));
    assert.deepEqual(
      sources.flatMap((path) => literalsIn(readFileSync(join(ROOT, path), "utf8")).map((line) => `${path}: ${line}`)),
      [],
    );
  });

  it("is recognized in each form that code could write it", () => {
    const forms = [
      "*-*-* 05:30:00 UTC",
      `at ${NEO4J_BACKUP_TIME} UTC`,
      `"${BACKUP_HOUR_DIGITS}"`,
      "$(date -u +%H) == 5",
    ];
    for (const form of forms) {
      assert.deepEqual(literalsIn(`a\n${form}\nb`), [form]);
    }
    assert.deepEqual(literalsIn(`2026.${BACKUP_HOUR_DIGITS}\n*-*-* *:00:00 UTC\n12:${BACKUP_HOUR_DIGITS}:00`), []);
  });

  for (const [path, times] of Object.entries(DOCUMENTS)) {
    it(`is the hour that ${path} mentions`, () => {
      const mentioned = timesIn(readFileSync(join(ROOT, path), "utf8"));
      assert.deepEqual(
        mentioned.filter((time) => !times.includes(time)),
        [],
      );
      assert.ok(mentioned.includes(times[0]!), `${path} does not mention ${times[0]}`);
    });
  }

  it("is skipped by the hourly backup", () => {
    const hours = OTHER_HOURS.split(",").flatMap((range) => {
      const [first, last] = range.split("..").map(Number) as [number, number];
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
    assert.equal(hours.length, 23);
    assert.ok(!hours.includes(Number(BACKUP_HOUR_DIGITS)));
  });
});

/** The lines with a literal hour. */
function literalsIn(text: string): string[] {
  return text.split("\n").filter((line) => LITERALS.some((literal) => literal.test(line)));
}

/** The times of day in a document, without those of timestamps. */
function timesIn(text: string): string[] {
  const withoutTimestamps = text.replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?/g, "");
  return [...withoutTimestamps.matchAll(/(?<![\d:])(\d\d:\d\d)(?![\d:])/g)].map((match) => match[1]!);
}

/** Paths of a folder's TypeScript and shell sources, relative to the root. */
function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(ts|sh)$/.test(path))
    .map((path) => join(folder, path));
}
