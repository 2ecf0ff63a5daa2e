import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TLS } from "../../../components/model/tls";
import type { NodeFile, Placed } from "../../../components/model/role";
import { authorityCertificate, issue } from "../../../components/pki/authority";
import { STATE } from "../../../components/redis/start";

const AUTHORITY = { seed: "r".repeat(48), name: "ape-test", from: "2026-01-01" };

/** A planned Redis node, run from its rendered files in a folder and on a loopback address. */
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

  /** Starts redis-server as its unit does, after the start script. */
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

  /** Kills all processes of the node at once, as a node failure would. */
  kill(): void {
    this.processes.splice(0).forEach((process) => process.kill("SIGKILL"));
  }

  /** Runs a command as a user. Returns its output, standard error included. */
  query(user: string, password: string, port: number, ...command: string[]): string {
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

  /** Writes a file to the node's folder, with marks replaced, paths moved to that folder and only this address bound. */
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

/** The installed version of Redis. */
export function redisVersion(): string {
  return execFileSync("redis-server", ["--version"]).toString().trim();
}
