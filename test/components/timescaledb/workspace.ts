import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The value of every secret in these tests. */
export const PASSWORD = "Secret0Of1Tests2";

/** A temporary directory for the files that a program reads. */
export class Workspace {
  readonly directory = mkdtempSync("/tmp/ape-timescaledb-");

  constructor() {
    chmodSync(this.directory, 0o755);
  }

  /** Writes a file, and returns its path. */
  write(name: string, content: string): string {
    const path = join(this.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** PostgreSQL refuses to run as root. As root, the user postgres runs it and owns its files. */
  handOver(): void {
    if (process.getuid?.() === 0) {
      expectSuccess(run("chown", "-R", "postgres:", this.directory));
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function run(program: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, { encoding: "utf8", cwd: "/" });
}

export function expectSuccess(result: SpawnSyncReturns<string>): string {
  assert.equal(result.status, 0, `${result.stdout}\n${result.stderr}`);
  return result.stdout.trim();
}

export function asPostgres(program: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  const [first, ...rest] = asPostgresCommand(program, ...args);
  return run(first!, ...rest);
}

export function asPostgresCommand(program: string, ...args: readonly string[]): string[] {
  return process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--", program, ...args] : [program, ...args];
}
