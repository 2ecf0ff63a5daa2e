import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CA_FILE } from "../../../../components/api/environment";
import { authorityCertificate, issue } from "../../../../components/pki/authority";
import { PORTS } from "../../../../components/timescaledb/topology";
import { freePort } from "../../../../rehearsal/system/free-port";
import { attempt, run } from "../../../../rehearsal/system/process";
import type { Environment } from "../environments";

const AUTHORITY = { seed: "s".repeat(48), name: "ape-test", from: "2026-01-01" };
const START_MS = 30_000;

/** Files that a pod or machine has, from which its database connection works. */
export interface Files {
  readonly environment: Environment;
  readonly haproxy: string;
}

/**
 * A PostgreSQL server with TLS and HAProxy in front of it on the loopback interface. A stand-in for Patroni reports that
 * every host is the primary.
 */
export class LocalDatabase {
  private readonly folder = mkdtempSync(join(tmpdir(), "ape-drivers-"));
  private readonly running: ChildProcess[] = [];
  private patroni: Server | undefined;
  private bin = "";

  /** Ports of this machine by the rendered ones: those of HAProxy, the pool and Patroni. */
  private readonly ports = new Map<number, number>();

  /** Starts everything for an environment and its haproxy.cfg; returns when HAProxy forwards to PostgreSQL. */
  async start({ environment, haproxy }: Files): Promise<void> {
    chmodSync(this.folder, 0o755);
    for (const rendered of [15432, 15433, PORTS.pool, PORTS.patroni]) {
      this.ports.set(rendered, await freePort());
    }
    this.bin = (await run(["pg_config", "--bindir"])).trim();
    const names = [...new Set(haproxy.match(/timescaledb-\d+\.ape\.internal/g))];
    const { certificate, key } = issue(AUTHORITY, {
      name: "timescaledb-1",
      dnsNames: ["localhost", ...names],
      addresses: [],
    });
    writeFileSync(this.path("ca.crt"), authorityCertificate(AUTHORITY));
    writeFileSync(this.path("other.crt"), authorityCertificate({ ...AUTHORITY, seed: "t".repeat(48) }));
    await this.startPostgres(certificate, key, environment);
    this.patroni = createServer({ cert: certificate, key }, ({ url }, response) =>
      response.writeHead(url === "/primary" ? 200 : 503).end(),
    );
    await new Promise<void>((resolve) => this.patroni!.listen(this.ports.get(PORTS.patroni), "127.0.0.1", resolve));
    writeFileSync(this.path("haproxy.cfg"), this.local(haproxy));
    this.spawn(["haproxy", "-db", "-f", this.path("haproxy.cfg")]);
    const ready = [join(this.bin, "psql"), "-c", "SELECT 1", this.local(environment.DATABASE_URL!)];
    await this.until(async () => (await attempt(ready, { env: { ...this.adapted(environment) } })).code === 0);
  }

  /** The environment with this machine's ports and paths. */
  adapted(environment: Environment, authority: "ca.crt" | "other.crt" = "ca.crt"): Record<string, string> {
    return Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        /URL|FILE/.test(name) ? this.local(value, authority) : value,
      ]),
    );
  }

  /** Runs SQL as the superuser. */
  async execute(sql: string): Promise<void> {
    const port = String(this.ports.get(PORTS.pool));
    await run(asPostgres([join(this.bin, "psql"), "-h", this.folder, "-p", port, "-d", "ape", "-c", sql]));
  }

  async stop(): Promise<void> {
    this.patroni?.close().closeAllConnections();
    for (const child of this.running.reverse()) {
      child.kill("SIGINT");
      await new Promise((resolve) => (child.exitCode === null ? child.once("close", resolve) : resolve(undefined)));
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async startPostgres(certificate: string, key: string, { PGUSER, PGPASSWORD }: Environment): Promise<void> {
    const data = this.path("data");
    mkdirSync(data);
    writeFileSync(this.path("server.crt"), certificate);
    writeFileSync(this.path("server.key"), key, { mode: 0o600 });
    if (process.getuid?.() === 0) {
      await run(["chown", "-R", "postgres:", this.folder]);
    }
    await run(asPostgres([join(this.bin, "initdb"), "-D", data, "--auth-local=trust", "--auth-host=reject"]));
    writeFileSync(join(data, "pg_hba.conf"), "local all all trust\nhostssl ape all 127.0.0.1/32 scram-sha-256\n");
    const settings = {
      port: String(this.ports.get(PORTS.pool)),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: this.folder,
      ssl: "on",
      ssl_cert_file: this.path("server.crt"),
      ssl_key_file: this.path("server.key"),
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    this.spawn(asPostgres([join(this.bin, "postgres"), "-D", data, ...options]));
    const psql = asPostgres([join(this.bin, "psql"), "-h", this.folder, "-p", settings.port, "-d", "postgres"]);
    await this.until(async () => (await attempt([...psql, "-c", "SELECT 1"])).code === 0);
    await run([...psql, "-c", `CREATE ROLE ${PGUSER} LOGIN PASSWORD '${PGPASSWORD}'`]);
    await run([...psql, "-c", `CREATE DATABASE ape OWNER ${PGUSER}`]);
  }

  private local(text: string, authority = "ca.crt"): string {
    let adapted = text
      .replaceAll(CA_FILE, this.path(authority))
      .replaceAll("/etc/ape/tls/ca.crt", this.path(authority));
    for (const [rendered, port] of this.ports) {
      adapted = adapted.replace(
        new RegExp(String.raw`(localhost:|127\.0\.0\.1:|port )${rendered}\b`, "g"),
        `$1${port}`,
      );
    }
    return adapted
      .replace(/\b(10\.60\.\d+\.\d+|timescaledb-\d+\.ape\.internal):\d+/g, `127.0.0.1:${this.ports.get(PORTS.pool)}`)
      .replace(/^ {4}(user|group) .*\n/gm, "")
      .replace("/run/haproxy/admin.sock", this.path("admin.sock"));
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private spawn([program, ...args]: readonly string[]): void {
    this.running.push(spawn(program!, args, { stdio: "ignore", cwd: "/" }));
  }

  private async until(holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + START_MS; !(await holds()); await sleep(200)) {
      if (Date.now() > end) {
        throw new Error(`not started within ${START_MS / 1000} s`);
      }
    }
  }
}

/** PostgreSQL refuses to run as root. */
function asPostgres(command: readonly string[]): string[] {
  return process.getuid?.() === 0
    ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", ...command]
    : [...command];
}
