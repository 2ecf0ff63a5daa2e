import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ASK } from "../../../components/neo4j/console";

/** Runs scripts of a node with stubs in the place of programs. Each stub records how it is called. */
export class Stubs {
  readonly folder = mkdtempSync(join(tmpdir(), "ape-neo4j-"));
  private readonly record = join(this.folder, "calls");

  add(name: string, body: string): void {
    const content = `#!/bin/bash\necho "${name} $*" >>${this.record}\n${body}\n`;
    writeFileSync(join(this.folder, name), content, { mode: 0o755 });
  }

  run(script: string): { status: number | null; output: string } {
    const local = script
      .replaceAll(ASK, join(this.folder, "ask"))
      .replaceAll("/usr/local/sbin/ape-node", `${this.folder}/ape-node`);
    const { status, stdout, stderr } = spawnSync("bash", ["-c", local], {
      env: { ...process.env, PATH: `${this.folder}:${process.env.PATH}` },
      encoding: "utf8",
    });
    return { status, output: stdout + stderr };
  }

  /** The calls since the last forget(), in order. */
  calls(): string[] {
    return existsSync(this.record) ? readFileSync(this.record, "utf8").trim().split("\n") : [];
  }

  forget(): void {
    rmSync(this.record, { force: true });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** neo4j-ask's response with these rows. */
export function response(values: readonly unknown[][]): string {
  return JSON.stringify({ data: { values } });
}

/** The distinct statements that a script runs in the system database, if the first one returns these rows. */
export function systemStatements(script: string, values: readonly unknown[][]): string[] {
  const stubs = new Stubs();
  try {
    stubs.add("sleep", "");
    stubs.add("systemctl", "");
    stubs.add("ask", `[[ $1 != system ]] || echo '${response(values)}'`);
    stubs.run(script);
    const found = stubs.calls().filter((call) => call.startsWith("ask system "));
    return [...new Set(found.map((call) => call.slice("ask system ".length)))];
  } finally {
    stubs.remove();
  }
}
