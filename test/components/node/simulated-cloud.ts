import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userData } from "../../../components/node/bootstrap/userdata";
import type { Cloud } from "../../../components/model/cloud";

/** What the cloud answers to a request: true once it has answered, or will. */
export type Answers = (path: string, response: ServerResponse, request: IncomingMessage) => boolean;

/** Metadata that every machine can read, by the end of the path. */
const METADATA: Readonly<Record<string, string>> = {
  "/latest/api/token": "token",
  "/iam/security-credentials/": "role",
  "/iam/security-credentials/role": JSON.stringify({
    AccessKeyId: "k",
    SecretAccessKey: "s",
    Token: "t",
    Expiration: "2999-01-01T00:00:00Z",
  }),
  "/service-accounts/default/token": JSON.stringify({ access_token: "t", expires_in: 3600 }),
  "/meta-data/instance-id": "i-1",
  "/instance/id": "i-1",
  "/instance-type": "t3a.small",
  "/instance/machine-type": "projects/1/machineTypes/t3a.small",
  "/project-id": "project",
};

/** A curl that connects to a local port in plaintext, also where its configuration comes from standard input. */
function curlTo(port: number): string {
  const to = `::127.0.0.1:${port}`;
  return `#!/bin/bash
configured() {
  [[ "$*" != *"-K -"* ]] || sed -e 's|https://|http://|' -e '/^next$/a connect-to = "${to}"'
}
exec /usr/bin/curl --connect-to ${to} "\${@//https:\\/\\//http://}" < <(configured "$@")
`;
}

/** Collects what a process prints. */
export function outputOf(child: ChildProcess): () => string {
  let output = "";
  [child.stdout!, child.stderr!].forEach((stream) => stream.on("data", (text: Buffer) => (output += text.toString())));
  return () => output;
}

/** A machine in a folder: its boot script, rendered for real, with a local server as the cloud. */
export class SimulatedNode {
  readonly folder = mkdtempSync(join(tmpdir(), "ape-node-"));
  private server: Server | undefined;

  /** @param alter changes the rendered boot script, for example its limits */
  constructor(
    cloud: Cloud,
    private readonly answers: Answers,
    alter: (script: string) => string = (script) => script,
  ) {
    ["state", "run", "bin", "library", "conf", "units", "cloud"].forEach((name) => mkdirSync(join(this.folder, name)));
    const script = userData({
      cloud,
      region: "us-east-1",
      node: "redis-1",
      bootstrapBucket: "bucket",
      secretPrefix: "ape-",
      packageMirror: "",
    });
    this.add("bin/ape-node", alter(this.within(script)));
    ["jq", "gpgv"].forEach((name) => this.add(`bin/${name}`, `#!/bin/bash\nexec /usr/bin/${name} "$@"\n`));
  }

  /** A text with this node's paths in place of a machine's. */
  within(text: string): string {
    return text
      .replaceAll("/var/lib/ape", join(this.folder, "state"))
      .replaceAll("/run/ape", join(this.folder, "run"))
      .replaceAll("/usr/local/sbin/ape-node", join(this.folder, "bin/ape-node"))
      .replaceAll("/usr/local/lib/ape", join(this.folder, "library"))
      .replaceAll("/etc/systemd/system", join(this.folder, "units"))
      .replaceAll("/etc/cloud/cloud.cfg.d", join(this.folder, "cloud"))
      .replaceAll("/etc/ape", join(this.folder, "conf"))
      .replaceAll("/etc/hosts", join(this.folder, "hosts"));
  }

  /** Adds a program. */
  add(path: string, content: string): void {
    writeFileSync(join(this.folder, path), content);
    chmodSync(join(this.folder, path), 0o755);
  }

  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      const path = request.url!;
      const known = Object.entries(METADATA).find(([end]) => path.endsWith(end));
      if (this.answers(path, response, request)) return;
      response.writeHead(known === undefined ? 404 : 200).end(known?.[1]);
    });
    await new Promise<void>((resolve) => this.server!.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    this.add("bin/curl", curlTo(port));
  }

  /** Starts a command of ape-node. */
  spawn(...command: readonly string[]): ChildProcess {
    const path = `${this.folder}/bin:${process.env.PATH}`;
    const env = { ...process.env, PATH: path, APE_LIBRARY: `${this.folder}/library` };
    return spawn(join(this.folder, "bin/ape-node"), command, { env });
  }

  async run(...command: readonly string[]): Promise<{ status: number | null; output: string }> {
    const child = this.spawn(...command);
    const output = outputOf(child);
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { status, output: output() };
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  end(): void {
    this.server?.closeAllConnections();
    this.server?.close();
    rmSync(this.folder, { recursive: true });
  }
}
