import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TLS } from "../../../components/model/tls";
import type { NodeFile, Placed } from "../../../components/model/role";
import { authorityCertificate, issue } from "../../../components/pki/authority";
import { STATE } from "../../../components/redis/start";

const AUTHORITY = { seed: "r".repeat(48), name: "ape-test", from: "2026-01-01" };

/** One planned node of Redis, run from the very files that it would get, in a folder and on a loopback address of its own. */
export class RedisNode {
  private readonly processes: ChildProcess[] = [];

  constructor(
    private readonly root: string,
    readonly address: string,
    self: Placed,
    all: readonly Placed[],
  ) {
    const { name } = self.role;
    const { certificate, key } = issue(AUTHORITY, {
      name,
      dnsNames: [name, "localhost"],
      addresses: [address, "127.0.0.1"],
    });
    const tls = { [TLS.ca]: authorityCertificate(AUTHORITY), [TLS.certificate]: certificate, [TLS.key]: key };
    Object.entries(tls).forEach(([path, content]) => this.put({ path, content, mode: "0600" }));
    mkdirSync(join(root, "var/lib/redis/sentinel"), { recursive: true });
    self.role.provision(self, all).files.forEach((file) => this.put(file));
  }

  /** Starts redis-server as its unit does: the start script first. */
  startServer(): void {
    const script = spawnSync("bash", [this.at("/usr/local/lib/ape/redis-start")]);
    if (script.status !== 0) {
      throw new Error(script.stderr.toString());
    }
    this.run("redis-server", this.at(STATE));
  }

  startSentinel(): void {
    this.run("redis-sentinel", this.at("/var/lib/redis/sentinel.conf"));
  }

  /** Kills everything on the node at once, as its loss would. */
  kill(): void {
    this.processes.splice(0).forEach((process) => process.kill("SIGKILL"));
  }

  /** What a user gets for a command; standard error where the server refuses. */
  ask(user: string, password: string, port: number, ...command: string[]): string {
    const args = [
      "--no-auth-warning",
      "--tls",
      "--cacert",
      this.at(TLS.ca),
      "--user",
      user,
      "--pass",
      password,
      "-h",
      this.address,
      "-p",
      String(port),
    ];
    const { stdout, stderr } = spawnSync("redis-cli", [...args, ...command], { timeout: 5000 });
    return (stdout.toString() + stderr.toString()).trim();
  }

  private run(program: string, configuration: string): void {
    this.processes.push(spawn(program, [configuration, "--daemonize", "no"], { stdio: "ignore" }));
  }

  private at(path: string): string {
    return join(this.root, path);
  }

  /** Writes a file with its marks filled, below the node's folder, speaking of that folder and of this address alone. */
  private put(file: Pick<NodeFile, "path" | "content" | "mode">): void {
    const content = file.content
      .replace(/@\{[a-z-]+\/([a-z]+)\}/g, (_, field: string) => secretOf(field))
      .replaceAll("bind 127.0.0.1 ", "bind ")
      .replace(/(\/etc\/(redis|ape)|\/var\/lib\/redis)\b/g, (path) => this.at(path));
    mkdirSync(dirname(this.at(file.path)), { recursive: true });
    writeFileSync(this.at(file.path), content, { mode: parseInt(file.mode ?? "0644", 8) });
  }
}

/** The value that stands for a secret's field. */
export function secretOf(field: string): string {
  return `${field}Secret`;
}

/** The version of Redis that is installed, for the record. */
export function redisVersion(): string {
  return execFileSync("redis-server", ["--version"]).toString().trim();
}
