import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SERVING, temporaryPaths } from "../../components/api/nginx";
import { TLS } from "../../components/model/tls";
import { issue } from "../../components/pki/authority";

const START_MS = 5000;

/** Creates a directory with a certificate from which a node's nginx can run on this machine. Remove it with `removeFolder`. */
export function nginxFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ape-nginx-"));
  chmodSync(folder, 0o755); // nginx's workers run as another user
  const { certificate, key } = issue(
    { seed: "s".repeat(48), name: "ape-local", from: "2026-01-01" },
    { name: "api", dnsNames: ["api"], addresses: [] },
  );
  writeFileSync(join(folder, "node.crt"), certificate);
  writeFileSync(join(folder, "node.key"), key);
  return folder;
}

/** A node's rendered nginx.conf, changed only to run from a directory and to listen on the loopback interface. */
export function localConfiguration(content: string, folder: string, port: number = SERVING.port): string {
  const adapted = content
    .replaceAll(TLS.certificate, join(folder, "node.crt"))
    .replaceAll(TLS.key, join(folder, "node.key"))
    .replace("/run/nginx.pid", join(folder, "nginx.pid"))
    .replace(/http \{\n(?! +\w+_temp_path)/, `http {\n${temporaryPaths(folder)}`)
    .replace(/access_log \S+ json;/, "access_log off;")
    .replace(`listen ${SERVING.port} ssl;`, `listen 127.0.0.1:${port} ssl;`);
  return knowsHttp2Directive() ? adapted : adapted.replace("    http2 on;\n", "").replace(/ ssl;$/m, " ssl http2;");
}

/** nginx 1.25.1 introduced the http2 directive; older versions take it as a parameter of listen. */
function knowsHttp2Directive(): boolean {
  return !/nginx\/1\.(1\d|2[0-4])\./.test(spawnSync("nginx", ["-v"]).stderr.toString());
}

/** nginx's error output for a configuration; empty if nginx accepts it. */
export function refusedByNginx(path: string): string {
  const { status, stderr } = spawnSync("nginx", ["-t", "-q", "-c", path]);
  return status === 0 ? "" : stderr.toString();
}

/** An nginx process that runs until `stop`. */
export class LocalNginx {
  private constructor(readonly process: ChildProcess) {}

  /** Starts nginx and waits until it accepts connections on `port` of the loopback interface. Throws after 5 s with nginx's log. */
  static async start(folder: string, content: string, port: number): Promise<LocalNginx> {
    const path = join(folder, `nginx-${port}.conf`);
    writeFileSync(path, content);
    const output = openSync(join(folder, `nginx-${port}.log`), "a");
    const nginx = new LocalNginx(
      spawn("nginx", ["-p", folder, "-c", path, "-g", "daemon off;"], { stdio: ["ignore", "ignore", output] }),
    );
    const end = Date.now() + START_MS;
    while (!(await answers(port))) {
      if (Date.now() > end) {
        await nginx.stop();
        const log = readFileSync(join(folder, `nginx-${port}.log`), "utf8");
        throw new Error(`nginx does not answer on port ${port} within ${START_MS / 1000} s: ${log}`);
      }
      await sleep(50);
    }
    return nginx;
  }

  get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Stops nginx: gracefully, finishing open requests (SIGQUIT), or immediately (SIGTERM). */
  async stop(signal: "SIGQUIT" | "SIGTERM" = "SIGTERM"): Promise<void> {
    if (!this.ended) {
      this.process.kill(signal);
      await new Promise((resolve) => this.process.once("close", resolve));
    }
  }
}

/** Removes a directory created by `nginxFolder`. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
