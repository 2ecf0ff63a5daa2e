import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../rehearsal/system/free-port";

const START_MS = 60_000;
const BUILD = join(__dirname, "../../scripts/build-control-plane");
/** The controllers that a release requires. There is no scheduler and no kubelet. */
const CONTROLLERS = "deployment-controller,replicaset-controller,serviceaccount-controller,namespace-controller";

/** Field manager like the Pulumi provider's, which is different for each object. */
const MANAGER = "pulumi-kubernetes-1a2b3c4d";

/** The fields that every manifest has. */
export interface Applied {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** A real API server with etcd and controllers on the loopback interface. Tests simulate its nodes. */
export class ControlPlane {
  private constructor(
    private readonly folder: string,
    private readonly processes: readonly ChildProcess[],
    readonly kubeconfig: string,
    private readonly server: string,
    private readonly token: string,
  ) {}

  /** Starts a control plane. Skips the test with the reason if its programs cannot be built. */
  static async start(test: Mocha.Context): Promise<ControlPlane> {
    const built = spawnSync(BUILD, { encoding: "utf8" });
    if (built.status !== 0) {
      console.log(`      skipped: ${built.stderr.trim()}`);
      test.skip();
    }
    const programs = built.stdout.trim();
    const folder = mkdtempSync(join(tmpdir(), "ape-control-plane-"));
    const [client, peer, secure, controllers] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    const token = randomBytes(16).toString("hex");
    const kubeconfig = configOf(secure, token);
    const path = (name: string): string => join(folder, name);
    writeFileSync(path("kubeconfig"), kubeconfig);
    writeFileSync(path("tokens"), `${token},admin,admin,system:masters\n`);
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(path("accounts.key"), privateKey.export({ type: "pkcs1", format: "pem" }));
    writeFileSync(path("accounts.pub"), publicKey.export({ type: "spki", format: "pem" }));
    const log = openSync(path("log"), "a");
    const run = (program: string, args: readonly string[]): ChildProcess =>
      spawn(join(programs, program), args, { stdio: ["ignore", log, log] });
    const etcd = `http://127.0.0.1:${client}`;
    const processes = [
      run("etcd", [
        `--data-dir=${path("etcd")}`,
        `--listen-client-urls=${etcd}`,
        `--advertise-client-urls=${etcd}`,
        `--listen-peer-urls=http://127.0.0.1:${peer}`,
        "--unsafe-no-fsync",
      ]),
      run("kube-apiserver", [
        `--etcd-servers=${etcd}`,
        "--bind-address=127.0.0.1",
        `--secure-port=${secure}`,
        `--cert-dir=${path("certificates")}`,
        "--authorization-mode=RBAC",
        `--token-auth-file=${path("tokens")}`,
        "--service-account-issuer=https://ape.example.com",
        `--service-account-key-file=${path("accounts.pub")}`,
        `--service-account-signing-key-file=${path("accounts.key")}`,
        "--service-cluster-ip-range=10.0.0.0/24",
      ]),
    ];
    const plane = new ControlPlane(folder, processes, kubeconfig, `https://127.0.0.1:${secure}`, token);
    await plane.ready();
    const config = path("kubeconfig");
    processes.push(
      run("kube-controller-manager", [
        ...["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"].map((name) => `--${name}=${config}`),
        "--bind-address=127.0.0.1",
        `--secure-port=${controllers}`,
        `--cert-dir=${path("certificates")}`,
        "--leader-elect=false",
        `--controllers=${CONTROLLERS}`,
        `--service-account-private-key-file=${path("accounts.key")}`,
      ]),
    );
    return plane;
  }

  /** Server-side apply like Pulumi's provider. Unknown fields are rejected. */
  async apply(manifest: Applied, { dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<void> {
    const { apiVersion, kind, metadata } = manifest;
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { resources } = JSON.parse(await this.request("GET", base)) as {
      resources: { name: string; kind: string; namespaced: boolean }[];
    };
    const found = resources.find((resource) => resource.kind === kind && !resource.name.includes("/"));
    if (found === undefined) {
      throw new Error(`${apiVersion} has no ${kind}`);
    }
    const place = found.namespaced ? `/namespaces/${metadata.namespace}` : "";
    const query = `fieldManager=${MANAGER}&force=true&fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`;
    await this.request("PATCH", `${base}${place}/${found.name}/${metadata.name}?${query}`, JSON.stringify(manifest));
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.processes.map(async (process) => {
        if (process.exitCode === null && process.signalCode === null) {
          process.kill("SIGKILL");
          await new Promise((resolve) => process.once("close", resolve));
        }
      }),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const end = Date.now() + START_MS;
    while ((await this.request("GET", "/readyz").catch(() => "")) !== "ok") {
      if (Date.now() > end) {
        const log = readFileSync(join(this.folder, "log"), "utf8").slice(-3000);
        await this.stop();
        throw new Error(`the control plane was not ready within ${START_MS / 1000} s: ${log}`);
      }
      await sleep(500);
    }
  }

  /** Sends a request. Rejects with the server's message if it fails. */
  private request(method: string, path: string, body?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${this.token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/apply-patch+yaml" }),
      };
      const sent = request(`${this.server}${path}`, { method, headers, rejectUnauthorized: false }, (response) => {
        void text(response).then((answer) =>
          (response.statusCode ?? 500) < 400 ? resolve(answer) : reject(new Error(`${method} ${path}: ${answer}`)),
        );
      });
      sent.once("error", reject).end(body);
    });
  }
}

function configOf(port: number, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}
