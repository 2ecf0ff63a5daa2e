import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { onPath } from "./programs";

export const UP = ["up", "--yes", "--skip-preview"] as const;
export const NOTHING_LEFT = [...UP, "--expect-no-changes"] as const;

/** Whether Pulumi's engine is here, with simulated clouds. Skips otherwise. */
export function enginePresent(context: Mocha.Context): boolean {
  if (!onPath(context, "pulumi")) return false;
  if (process.env.PULUMI_DEBUG_PROVIDERS === undefined) {
    console.log("      skipped: no providers are attached with PULUMI_DEBUG_PROVIDERS");
    context.skip();
  }
  return true;
}

export interface StateResource {
  readonly urn: string;
  readonly id?: string;
  readonly type: string;
}

/** A stack that is configured like one of the project's. */
export class EngineStack {
  private readonly config: string;

  constructor(
    private readonly folder: string,
    private readonly name: string,
    like: string,
  ) {
    this.config = join(folder, `Pulumi.${name}.yaml`);
    copyFileSync(`Pulumi.${like}.yaml`, this.config);
    this.run("stack", "init", name);
    rmSync(`Pulumi.${name}.yaml`, { force: true }); // init writes where it is not told to
  }

  set(values: Readonly<Record<string, string>>): void {
    Object.entries(values).forEach(([key, value]) => this.pulumi("config", "set", key, value));
  }

  /** Runs a command on the stack; returns what it printed. Fails where it fails. */
  pulumi(...args: readonly string[]): string {
    return this.run(...args, ...this.chosen());
  }

  /** Runs a command that must fail; returns what it printed. */
  refused(...args: readonly string[]): string {
    const { status, output } = this.call(...args, ...this.chosen());
    assert.notEqual(status, 0, output);
    return output;
  }

  /** Every resource in the stack's state. */
  resources(): StateResource[] {
    const { deployment } = JSON.parse(this.run("stack", "export", "--stack", this.name)) as {
      readonly deployment: { readonly resources?: StateResource[] };
    };
    return deployment.resources ?? []; // a deleted stack has no list
  }

  private chosen(): string[] {
    return ["--stack", this.name, "--config-file", this.config];
  }

  private run(...args: readonly string[]): string {
    const { status, stdout, output } = this.call(...args);
    assert.equal(status, 0, `pulumi ${args.join(" ")}\n${output}`);
    return stdout;
  }

  private call(...args: readonly string[]): { status: number | null; stdout: string; output: string } {
    const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      env: {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${this.folder}`,
        PULUMI_CONFIG_PASSPHRASE: "for this test only",
      },
    });
    return { status, stdout, output: `${stdout}${stderr}` };
  }
}
