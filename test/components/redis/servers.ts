import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TLS } from "../../../components/model/tls";
import { dnsName, type Membership, type NodeFile, type Placed } from "../../../components/model/role";
import { authorityCertificate, issue } from "../../../components/pki/authority";
import { STATE } from "../../../components/redis/paths";

const AUTHORITY = { seed: "r".repeat(48), name: "ape-test", from: "2026-01-01" };

/** A planned Redis node, run from its rendered files in a folder and on a loopback address. */
export class RedisNode {
  private readonly processes: ChildProcess[] = [];
  private membership: Membership;

  constructor(
    private readonly root: string,
    private self: Placed,
    private all: readonly Placed[],
  ) {
    const { address } = this;
    const { name } = self.role;
    const { certificate, key } = issue(AUTHORITY, {
      name,
      dnsNames: [name, "localhost"],
      addresses: [address, "127.0.0.1"],
    });
    const tls = { [TLS.ca]: authorityCertificate(AUTHORITY), [TLS.certificate]: certificate, [TLS.key]: key };
    Object.entries(tls).forEach(([path, content]) => this.put({ path, content, mode: "0600" }));
    mkdirSync(join(root, "var/lib/redis/sentinel"), { recursive: true });
    this.membership = this.plan(self, all);
  }

  get address(): string {
    return this.self.address!;
  }

  /** Writes the files of another plan, except those that exist and are only seeded. */
  plan(self: Placed, all: readonly Placed[]): Membership {
    this.self = self;
    this.all = all;
    const { files, membership } = self.role.provision(self, all);
    files.filter(({ path, seed }) => !seed || !existsSync(this.at(path))).forEach((file) => this.put(file));
    writeFileSync(this.at("systemctl"), `#!/bin/bash\n[[ $1 == is-active ]] || echo "$*" >>${this.at("asked")}\n`, {
      mode: 0o755,
    });
    return (this.membership = membership!);
  }

  /** Runs the script that takes changed settings. */
  reload(): void {
    this.prepare("redis-reload");
  }

  /** What the member's commands asked of systemd since the last call. */
  asked(): string[] {
    const path = this.at("asked");
    const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
    rmSync(path, { force: true });
    return lines;
  }

  /** The content of a file of the node. */
  read(path: string): string {
    return readFileSync(this.at(path), "utf8");
  }

  /** Runs one of the member's commands. Returns its exit code and output. */
  command(name: keyof Membership): { readonly code: number; readonly output: string } {
    const { status, stdout, stderr } = spawnSync("bash", ["-c", this.local(this.membership[name]!)], {
      env: { ...process.env, PATH: `${this.root}:${process.env.PATH}` },
    });
    return { code: status!, output: (stdout.toString() + stderr.toString()).trim() };
  }

  /** Starts redis-server as its unit does, after the start script. */
  startServer(): void {
    this.prepare("redis-start");
    this.run("redis-server", this.at(STATE));
  }

  /** Starts Sentinel as its unit does, after the start script. */
  startSentinel(): void {
    this.prepare("redis-sentinel-start");
    this.run("redis-sentinel", this.at("/var/lib/redis/sentinel.conf"));
  }

  restartSentinel(): void {
    this.processes.splice(1).forEach((process) => process.kill("SIGTERM"));
    this.startSentinel();
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

  private prepare(script: string): void {
    const { status, stderr } = spawnSync("bash", [this.at(`/usr/local/lib/ape/${script}`)]);
    if (status !== 0) {
      throw new Error(`${script}: ${stderr.toString()}`);
    }
  }

  private run(program: string, configuration: string): void {
    this.processes.push(spawn(program, [configuration, "--daemonize", "no"], { stdio: "ignore" }));
  }

  private at(path: string): string {
    return join(this.root, path);
  }

  /** Writes a file to the node's folder, with marks replaced and only this address bound. */
  private put(file: Pick<NodeFile, "path" | "content" | "mode">): void {
    const content = file.content
      .replace(/@\{[a-z-]+\/([a-z]+)\}/g, (_, field: string) => secretOf(field))
      .replaceAll("bind 127.0.0.1 ", "bind ");
    mkdirSync(dirname(this.at(file.path)), { recursive: true });
    writeFileSync(this.at(file.path), this.local(content), { mode: parseInt(file.mode ?? "0644", 8) });
  }

  /** Text with paths moved to the node's folder, and members' names and localhost replaced by addresses. */
  private local(text: string): string {
    const moved = text.replace(/(\/etc\/(redis|ape)|\/var\/lib\/redis|\/usr\/local\/lib\/ape)\b/g, (path) =>
      this.at(path),
    );
    return this.all
      .reduce((done, { role, address }) => done.replaceAll(dnsName(role.name), address!), moved)
      .replace(/\blocalhost\b/g, this.address);
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
