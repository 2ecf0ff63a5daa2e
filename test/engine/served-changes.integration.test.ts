// Test group: light
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CLOUDS, type Cloud } from "../../components/model/cloud";
import type { LoggedCall } from "../../rehearsal/providers/call-log";
import { unbootedSession, type Session } from "../../rehearsal/providers/session";
import { loggedCalls } from "../rehearsal/providers/engine";
import { onPath } from "../support/programs";

const MINUTE = 60_000;
const ACCOUNT: Readonly<Record<Cloud, Record<string, string>>> = { aws: {}, gcp: { account: "acme-ape" } };

/** Images that no provider knows. */
const IMAGE: Readonly<Record<Cloud, string>> = {
  aws: "ami-00000000000000001",
  gcp: "projects/debian-cloud/global/images/debian-13-trixie-v20990101",
};

/** Changes of a highly available stack on tier 2, each in one update. */
const changes = (cloud: Cloud): readonly Readonly<Record<string, string>>[] => [
  { tier: "t3" },
  { tier: "t2" },
  { image: IMAGE[cloud] },
  { backupRetentionDays: "40" },
  { placement: "packed" },
  { placement: "dedicated" },
  { deletionProtection: "false" },
  { highAvailability: "false" },
  { highAvailability: "true" },
];

/** Resources that hold data. */
const DATA = /:(ebs\/volume:Volume|compute\/disk:Disk|s3\/bucket:Bucket|storage\/bucket:Bucket)::/;
/** Resources whose change touches a node: its order, its instance and the attachments of its disks. */
const OF_NODE = /:(?:ec2\/instance:Instance|compute\/instance:Instance)::(?<node>.+)$/;

describe("on a real engine and a simulated cloud", function () {
  this.timeout(60 * MINUTE);
  let folder: string;
  let session: Session;

  before(async function () {
    if (!onPath(this, "pulumi")) return;
    folder = mkdtempSync(join(tmpdir(), "ape-served-"));
    session = await unbootedSession(join(folder, "cloud"));
  });
  after(() => {
    session?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  for (const cloud of CLOUDS) {
    it(`${cloud}: every change takes one update, one node at a time, and deletes no data`, async () => {
      const stack = new ServedStack(folder, `served-${cloud}`, session);
      await stack.begin({ cloud, ...ACCOUNT[cloud], tier: "t2", highAvailability: "true" });
      await stack.converges();
      for (const change of changes(cloud)) {
        const before = stack.calls().length;
        await stack.set(change);
        await stack.converges();
        const calls = stack.calls().slice(before);
        const name = JSON.stringify(change);
        assert.deepEqual(overlaps(calls), [], name);
        // High availability off gives up members with their disks; every other change keeps them.
        if (change.highAvailability !== "false") {
          assert.deepEqual(
            calls.filter(({ method, urn }) => method === "delete" && DATA.test(urn)),
            [],
            name,
          );
        }
        assert.deepEqual(
          calls.filter(({ refused }) => refused !== undefined),
          [],
          name,
        );
      }
      await stack.destroy();
    });
  }
});

/** Pairs of calls that change two existing nodes at the same time. */
function overlaps(calls: readonly LoggedCall[]): string[] {
  const touches = calls.flatMap(({ method, urn, begun, ended }) => {
    const node = method === "update" ? OF_NODE.exec(urn)?.groups?.node : undefined;
    return node === undefined ? [] : [{ node, begun, ended }];
  });
  return touches.flatMap((a, index) =>
    touches
      .slice(index + 1)
      .filter((b) => a.node !== b.node && a.begun < b.ended && b.begun < a.ended)
      .map((b) => `${a.node} and ${b.node}`),
  );
}

/** A stack that is configured like prod. */
class ServedStack {
  private readonly config: string;

  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly session: Session,
  ) {
    this.config = join(folder, `Pulumi.${name}.yaml`);
  }

  async begin(values: Readonly<Record<string, string>>): Promise<void> {
    copyFileSync("Pulumi.prod.yaml", this.config);
    await this.run("stack", "init", this.name);
    rmSync(`Pulumi.${this.name}.yaml`, { force: true });
    await this.set(values);
  }

  async set(values: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(values)) {
      await this.pulumi("config", "set", key, value);
    }
  }

  /** One update, after which nothing is left to do. */
  async converges(): Promise<void> {
    await this.pulumi("up", "--yes", "--skip-preview");
    await this.pulumi("preview", "--expect-no-changes");
  }

  async destroy(): Promise<void> {
    await this.pulumi("destroy", "--yes", "--skip-preview");
  }

  calls(): LoggedCall[] {
    return loggedCalls(join(this.folder, "cloud")).filter(({ urn }) => urn.startsWith(`urn:pulumi:${this.name}::`));
  }

  private pulumi(...args: readonly string[]): Promise<void> {
    return this.run(...args, "--stack", this.name, "--config-file", this.config);
  }

  /** Runs the CLI without blocking the providers, which are in this process. */
  private async run(...args: readonly string[]): Promise<void> {
    const env = {
      ...process.env,
      ...this.session.environment,
      PULUMI_BACKEND_URL: `file://${this.folder}`,
      PULUMI_CONFIG_PASSPHRASE: "for this test only",
    };
    try {
      await promisify(execFile)("pulumi", [...args, "--non-interactive"], { env, maxBuffer: 2 ** 28 });
    } catch (error) {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      assert.fail(`pulumi ${args.join(" ")}\n${stdout}${stderr}`);
    }
  }
}
