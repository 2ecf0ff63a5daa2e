import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { haproxyConfiguration, ON_NODE, PROXY_SOCKET, proxyPorts } from "../../../components/api/haproxy";
import { peersMovedFile } from "../../../components/api/peers-moved";
import { TLS } from "../../../components/model/tls";
import { authorityCertificate } from "../../../components/pki/authority";
import { freePort } from "../../../rehearsal/system/free-port";
import { until } from "../../../rehearsal/system/process";
import { onPath } from "../../support/programs";

const HOSTS = ["timescaledb-1.ape.internal", "timescaledb-2.ape.internal"];
const PLANNED = ["127.0.9.1", "127.0.9.2"];

describe("an API node whose stores move to other addresses", function () {
  this.timeout(20_000);
  let folder: string;
  let haproxy: ChildProcess | undefined;

  before(async function () {
    for (const program of ["haproxy", "socat"]) {
      if (!onPath(this, program)) return;
    }
    folder = mkdtempSync(join(tmpdir(), "ape-moved-"));
    mkdirSync(join(folder, "bin"));
    writeFileSync(
      join(folder, "ca.crt"),
      authorityCertificate({ seed: "s".repeat(48), name: "t", from: "2026-01-01" }),
    );
    const ports = { [proxyPorts().writer]: await freePort(), [proxyPorts().reader]: await freePort() };
    const shard = HOSTS.map((name, index) => ({ name, address: PLANNED[index]! }));
    const content = haproxyConfiguration(
      { shards: [shard], database: "ape", poolPort: 6432, patroniPort: 8008, secret: "" },
      ON_NODE,
    );
    const local = content.replace(/127\.0\.0\.1:(\d+)/g, (_, port: string) => `127.0.0.1:${ports[Number(port)]}`);
    writeFileSync(
      join(folder, "haproxy.cfg"),
      local
        .replace(/^ {4}(user|group) .*\n/gm, "")
        .replaceAll(TLS.ca, join(folder, "ca.crt"))
        .replace(PROXY_SOCKET, join(folder, "admin.sock")),
    );
    haproxy = spawn("haproxy", ["-db", "-f", join(folder, "haproxy.cfg")], { stdio: "ignore" });
    assert.ok(await until(() => Promise.resolve(servers().length === 6), 5000, 100));
  });

  after(() => {
    haproxy?.kill();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  /** "backend/server address" of every server, sorted. */
  function servers(): string[] {
    const { stdout } = spawnSync("socat", ["-", `UNIX-CONNECT:${join(folder, "admin.sock")}`], {
      input: "show servers state\n",
    });
    const rows = stdout.toString().split("\n").slice(2).filter(Boolean);
    return rows
      .map((row) => row.split(" "))
      .map((row) => `${row[1]}/${row[3]} ${row[4]}`)
      .sort();
  }

  /** Runs the node's command where the hosts have these addresses and one container runs. */
  function peersMoved(addresses: readonly string[]): string {
    const answers = HOSTS.map((name, index) => `${name}) echo "${addresses[index]} STREAM ${name}" ;;`);
    const hosts = join(folder, "container-hosts");
    writeFileSync(hosts, "old\n");
    tool("getent", `case $2 in ${answers.join(" ")} esac`);
    tool("podman", `if [[ $1 == ps ]]; then echo 1a2b; else echo "${hosts}"; fi`);
    const { status, stderr } = spawnSync(
      "bash",
      ["--norc", "-c", peersMovedFile().content.replace(PROXY_SOCKET, join(folder, "admin.sock"))],
      { env: { PATH: [join(folder, "bin"), process.env.PATH].join(delimiter) } },
    );
    assert.equal(status, 0, stderr.toString());
    return readFileSync(hosts, "utf8");
  }

  function tool(name: string, body: string): void {
    writeFileSync(join(folder, "bin", name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
  }

  it("starts with the planned address of a host whose name does not resolve", () => {
    assert.deepEqual(servers(), expected(PLANNED));
  });

  it("leads HAProxy to the addresses without a reload, and gives containers the node's hosts file", () => {
    for (const addresses of [["127.0.9.1", "127.0.9.3"], ["127.0.9.4", "127.0.9.3"], PLANNED]) {
      assert.equal(peersMoved(addresses), readFileSync("/etc/hosts", "utf8"));
      assert.deepEqual(servers(), expected(addresses));
    }
    assert.equal(haproxy!.exitCode, null);
  });

  function expected([first, second]: readonly string[]): string[] {
    const [one, two] = HOSTS;
    return [
      `timescaledb-reader/${one} ${first}`,
      `timescaledb-reader/${one}-fallback ${first}`,
      `timescaledb-reader/${two} ${second}`,
      `timescaledb-reader/${two}-fallback ${second}`,
      `timescaledb-writer/${one} ${first}`,
      `timescaledb-writer/${two} ${second}`,
    ];
  }
});
