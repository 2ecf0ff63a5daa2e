import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NEO4J_ARCHIVE } from "../../../components/neo4j/archive";
import type { Neo4jArgs } from "../../../components/neo4j/args";
import { planNeo4j } from "../../../components/neo4j/plan";
import { DEFAULT_VERSION } from "../../../components/neo4j/version";
import { TLS } from "../../../components/model/tls";
import type { NodeFile, Placed } from "../../../components/model/role";
import { authorityCertificate, issue } from "../../../components/pki/authority";
import { TIERS } from "../../../stacks/tiers";

/** An unused loopback address. */
export const ADDRESS = "127.0.74.1";
const PASSWORD = "a-Password-of-the-test-1";

const T1: Neo4jArgs = {
  cloud: "aws",
  edition: "community",
  licence: "none",
  members: 1,
  ...TIERS.t1.neo4j,
  version: DEFAULT_VERSION,
  packages: NEO4J_ARCHIVE,
  cpus: 1,
  diskGiB: 40,
  backup: { bucket: "ape-test-backups-1a2b3c4d", retentionDays: 30 },
};

/** A real server with the files of T1's node, in a temporary folder. */
export class Neo4jServer {
  readonly folder = mkdtempSync(join(tmpdir(), "ape-neo4j-server-"));
  readonly environment: NodeJS.ProcessEnv;
  private child: ChildProcess | undefined;
  private log = "";

  constructor(private readonly libraries: string) {
    this.environment = {
      ...process.env,
      NEO4J_LIB: libraries,
      NEO4J_HOME: join(this.folder, "home"),
      NEO4J_CONF: join(this.folder, "conf"),
      CURL_HOME: this.folder,
    };
  }

  /** Writes the node's files and starts the server. Resolves once it is healthy. */
  async start(): Promise<void> {
    for (const name of ["home/data", "home/plugins", "home/import", "home/run", "log", "conf/trusted", "bin"]) {
      mkdirSync(join(this.folder, name), { recursive: true });
    }
    this.writeCertificates();
    const self: Placed = { role: planNeo4j(T1)[0]!, node: "neo4j-1", address: ADDRESS };
    const provision = self.role.provision(self, [self]);
    // Every node has the name in /etc/hosts; here .curlrc resolves it.
    writeFileSync(join(this.folder, ".curlrc"), `resolve = "neo4j-1.ape.internal:7473:${ADDRESS}"\n`);
    this.writeFiles(provision.files);
    const { status, output } = this.run("neo4j-initial-password");
    assert.equal(status, 0, output);
    const server = this.launch();
    const health = provision.health.replaceAll("/usr/local/lib/ape", join(this.folder, "bin"));
    for (let second = 0; second < 90; second++) {
      if (spawnSync("bash", ["-c", health], { env: this.environment }).status === 0) return;
      assert.equal(server.exitCode, null, this.log);
      await sleep(1000);
    }
    assert.fail(`not healthy after 90 s: ${this.run("neo4j-ask", "query", "RETURN 1").output}\n${this.log}`);
  }

  /** Stops the server and removes its folder. */
  async stop(): Promise<void> {
    const server = this.child;
    if (server?.pid !== undefined && server.exitCode === null) {
      process.kill(-server.pid, "SIGTERM");
      await Promise.race([new Promise((resolve) => server.once("exit", resolve)), sleep(30_000)]);
      if (server.exitCode === null) process.kill(-server.pid, "SIGKILL");
    }
    rmSync(this.folder, { recursive: true });
  }

  /** Runs one of the node's scripts. */
  run(script: string, ...args: string[]): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync("bash", [join(this.folder, "bin", script), ...args], {
      env: this.environment,
    });
    return { status, output: stdout.toString() + stderr.toString() };
  }

  /** The rows that a statement returns. */
  query(statement: string): unknown[][] {
    const { status, output } = this.run("neo4j-ask", "query", statement);
    assert.equal(status, 0, output);
    return (JSON.parse(output) as { data: { values: unknown[][] } }).data.values;
  }

  /** Whether a port accepts connections. */
  opens(port: number): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(port, ADDRESS, () => (socket.destroy(), resolve(true)));
      socket.on("error", () => resolve(false));
    });
  }

  /** The Bolt port's response to an unencrypted client. */
  greeting(bytes: Buffer): Promise<string> {
    return new Promise((resolve) => {
      let answer = "";
      const socket = connect(7687, ADDRESS, () => socket.write(bytes));
      socket.on("data", (data) => (answer += data.toString("hex")));
      socket.on("error", () => resolve(answer));
      socket.on("close", () => resolve(answer));
      socket.setTimeout(5000, () => socket.destroy());
    });
  }

  private writeCertificates(): void {
    const authority = { seed: "s".repeat(48), name: "ape-test", from: "2026-01-01" };
    const { certificate, key } = issue(authority, {
      name: "neo4j-1",
      dnsNames: ["neo4j-1.ape.internal"],
      addresses: [ADDRESS],
    });
    writeFileSync(join(this.folder, "ca.crt"), authorityCertificate(authority));
    writeFileSync(join(this.folder, "node.crt"), certificate);
    writeFileSync(join(this.folder, "node.key"), key, { mode: 0o640 });
    symlinkSync(join(this.folder, "ca.crt"), join(this.folder, "conf/trusted/ca.crt"));
  }

  private writeFiles(files: readonly NodeFile[]): void {
    for (const { path, content, mode } of files) {
      if (path.startsWith("/etc/neo4j/") || path.startsWith("/usr/local/lib/ape/")) {
        const to = this.local(path);
        mkdirSync(join(to, ".."), { recursive: true });
        // The package contains the two logging files.
        const kept = this.local(content)
          .split("\n")
          .filter((line) => !/^server\.logs\.(user\.)?config=/.test(line))
          .join("\n");
        writeFileSync(to, kept, { mode: parseInt(mode ?? "0644", 8) });
      }
    }
  }

  /** Content of a node's file, with the node's directories replaced by this folder. */
  private local(content: string): string {
    return content
      .replaceAll(TLS.ca, join(this.folder, "ca.crt"))
      .replaceAll(TLS.certificate, join(this.folder, "node.crt"))
      .replaceAll(TLS.key, join(this.folder, "node.key"))
      .replaceAll("/usr/share/neo4j/lib", join(this.libraries))
      .replaceAll("/usr/local/lib/ape", join(this.folder, "bin"))
      .replaceAll("/var/lib/neo4j", join(this.folder, "home"))
      .replaceAll("/var/log/neo4j", join(this.folder, "log"))
      .replaceAll("/etc/neo4j", join(this.folder, "conf"))
      .replaceAll("@{neo4j-api/password}", PASSWORD);
  }

  private launch(): ChildProcess {
    const server = spawn(
      "java",
      [
        "-Xmx256m",
        "-cp",
        `${this.libraries}/*`,
        `-Dbasedir=${join(this.folder, "home")}`,
        "-Dapp.name=neo4j",
        "org.neo4j.server.startup.Neo4jCommand",
        "console",
      ],
      { env: this.environment, detached: true },
    );
    server.stdout.on("data", (text: Buffer) => (this.log += text.toString()));
    server.stderr.on("data", (text: Buffer) => (this.log += text.toString()));
    this.child = server;
    return server;
  }
}
