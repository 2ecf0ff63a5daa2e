import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLOUDS, type Cloud } from "../../../components/model/cloud";
import { renderOrder } from "../../../components/node/roll/order";
import { onPath } from "../../support/programs";
import { SimulatedNode, type Answers } from "./simulated-cloud";

const BUNDLE = `${"# line\n".repeat(4000)}echo bootstrapped\n`;
const SHA = createHash("sha256").update(BUNDLE).digest("hex");
const ORDER = renderOrder({ bootstrap: SHA, machine: "t3a.small", instance: "1" }, "live");

/** Answers for the order and the bootstrap; `first` answers the first request for a key in its way. */
function store(key: string, first: (response: ServerResponse, content: string) => void): Answers {
  let asked = 0;
  return (path, response) => {
    const name = decodeURIComponent(path.split("?")[0]!);
    const content = name.endsWith("nodes/redis-1") ? ORDER : name.endsWith(`${SHA}.sh`) ? BUNDLE : undefined;
    if (content === undefined) return false;
    if (name.endsWith(key) && asked++ === 0) {
      first(response, content);
    } else {
      response.end(content);
    }
    return true;
  };
}

/** Short pauses and limits, so that the tests are fast. */
function hurried(script: string): string {
  return script.replace("pause=2", "pause=1").replace("--speed-time 30", "--speed-time 1");
}

const HINDRANCES: readonly (readonly [what: string, key: string, (r: ServerResponse, content: string) => void])[] = [
  ["whose first answer breaks off", `${SHA}.sh`, (response, content) => brokenOff(response, content)],
  ["whose first answer never ends", `${SHA}.sh`, (response, content) => unfinished(response, content)],
  ["that refuses first", "nodes/redis-1", (response) => response.writeHead(403).end("denied")],
  ["that answers nonsense first", "nodes/redis-1", (response) => response.end("{}")],
];

function brokenOff(response: ServerResponse, content: string): void {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.slice(0, 9000), () => response.destroy());
}

function unfinished(response: ServerResponse, content: string): void {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.slice(0, 4));
}

describe("user data", () => {
  it("installs the unit that boots the node, and names in /etc/hosts, without the network", () => {
    const node = new SimulatedNode("aws", () => false);
    const installed = join(node.folder, "bin/ape-node");
    node.add("user-data", readFileSync(installed, "utf8"));
    rmSync(installed);
    node.add("bin/systemctl", '#!/bin/bash\necho "$@" >>"${0%/*}/../ran"\n');
    const env = { ...process.env, PATH: `${node.folder}/bin:${process.env.PATH}` };
    const { status, stderr } = spawnSync(join(node.folder, "user-data"), { env });
    assert.equal(status, 0, stderr.toString());
    const unit = node.read("units/ape-boot.service");
    assert.match(unit, new RegExp(`^ExecStart=${installed} boot$`, "m"));
    for (const line of ["Restart=on-failure", "RestartSec=15", "StartLimitIntervalSec=0"]) {
      assert.ok(unit.split("\n").includes(line), line);
    }
    assert.equal(node.read("cloud/99-ape.cfg"), "manage_etc_hosts: false\n");
    assert.equal(readFileSync(installed, "utf8"), node.read("user-data"));
    const started = node
      .read("ran")
      .split("\n")
      .filter((line) => line.startsWith("start"));
    assert.deepEqual(started, ["start --no-block ape-access.service", "start --no-block ape-boot.service"]);
    node.end();
  });
});

it("no call of curl waits without end", () => {
  const scripts = ["bootstrap/boot.sh", "bootstrap/library.sh", "bootstrap/cloud", "scripts"].map(
    (path) => `components/node/${path}`,
  );
  const calls = execFileSync("grep", ["-rhwE", "--include=*.sh", "^[^#]*curl( |$)", ...scripts], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line !== "" && !/command -v curl|ca-certificates curl|install curl/.test(line));
  assert.ok(calls.length >= 6);
  // What the agent reads in one connection has its limits in curl's configuration: see `transfer`.
  assert.deepEqual(
    calls.filter((line) => !/"\$\{(LIMITS|QUICK)\[@\]\}"|transfers \| curl -K -/.test(line)),
    [],
  );
});

describe("an image with some of the tools that a boot needs", () => {
  const source = readFileSync("components/node/bootstrap/boot.sh", "utf8");
  const install = /^install_tools\(\) \{.*?^\}/ms.exec(source)![0];

  for (const [present, expected] of [
    [["curl"], "installs"],
    [["curl", "jq", "gpgv"], ""],
  ] as const) {
    it(`${expected === "" ? "installs none" : "installs the others"} with ${present.join(", ")}`, () => {
      const folder = mkdtempSync(join(tmpdir(), "ape-tools-"));
      present.forEach((name) => writeFileSync(join(folder, name), "#!/bin/sh\n", { mode: 0o755 }));
      const script = `PATH=${folder}; update_packages() { :; }; apt_get() { echo installs; }; ${install}; install_tools`;
      assert.equal(execFileSync("/bin/bash", ["-c", script]).toString().trim(), expected);
      rmSync(folder, { recursive: true });
    });
  }
});

describe("shell access on AWS", function () {
  this.timeout(20_000);

  for (const [what, tampered] of [
    ["a package with AWS's signature", false],
    ["a package that was changed afterwards", true],
  ] as const) {
    it(`${tampered ? "does not install" : "installs"} ${what}`, async function () {
      if (!onPath(this, "gpg") || !onPath(this, "gpgv")) return;
      const keys = mkdtempSync(join(tmpdir(), "ape-gpg-"));
      // A command that does not read its input ends before all of it is written: only signing gets the package.
      const gpg = (...args: string[]): Buffer =>
        execFileSync("gpg", ["--homedir", keys, "--batch", "--quiet", ...args], {
          ...(args.includes("--detach-sign") ? { input: "package" } : {}),
          stdio: "pipe",
        });
      gpg("--passphrase", "", "--quick-gen-key", "Signer <signer@example.com>", "rsa2048", "sign", "never");
      const answers: Answers = (path, response) => {
        const [content] = [
          ["agent.deb.sig", gpg("--detach-sign")] as const,
          ["agent.deb", tampered ? "other" : "package"] as const,
        ]
          .filter(([end]) => path.endsWith(end))
          .map(([, each]) => each);
        return content !== undefined && (response.end(content), true);
      };
      const node = new SimulatedNode("aws", answers, (script) =>
        script.replace(
          /^readonly SESSION_SIGNER=.*$/m,
          `readonly SESSION_SIGNER='${gpg("--export").toString("base64")}'`,
        ),
      );
      node.add("bin/dpkg-query", "#!/bin/bash\nexit 1\n");
      node.add("bin/apt-get", '#!/bin/bash\necho "$@" >>"${0%/*}/../ran"\n');
      await node.start();
      const { status, output } = await node.run("access");
      if (tampered) {
        assert.equal(status, 1);
        assert.match(output, /FAILED: the signature of the Session Manager agent \S+ is not AWS's/);
      } else {
        assert.equal(status, 0, output);
        assert.match(node.read("ran"), /install \S+amazon-ssm-agent\.deb$/m);
      }
      node.end();
      execFileSync("gpgconf", ["--homedir", keys, "--kill", "all"]);
      rmSync(keys, { recursive: true });
    });
  }
});

describe("a first boot", function () {
  this.timeout(20_000);
  let node: SimulatedNode;
  afterEach(() => node.end());

  const booted = async (cloud: Cloud, answers: Answers): Promise<{ status: number | null; output: string }> => {
    node = new SimulatedNode(cloud, answers, hurried);
    await node.start();
    return node.run("boot");
  };

  for (const cloud of CLOUDS) {
    // What is tried again is the same on both clouds; what differs is how they are asked.
    for (const [what, key, first] of cloud === "aws" ? HINDRANCES : HINDRANCES.slice(0, 1)) {
      it(`survives a store ${what} (${cloud})`, async function () {
        if (!onPath(this, "jq")) return;
        const { status, output } = await booted(cloud, store(key, first));
        assert.equal(status, 0, output);
        assert.match(output, /^bootstrapped$/m);
        assert.match(output, /again in 1 s/);
        assert.match(node.read("run/phase"), /^serving \d+\n$/);
        assert.equal(node.read("state/machine"), "t3a.small\n");
      });
    }
  }

  it("fails with its reason when the time for retries is over", async function () {
    if (!onPath(this, "jq")) return;
    node = new SimulatedNode(
      "aws",
      () => false,
      (script) => hurried(script).replace("PATIENCE:-900", "PATIENCE:-2"),
    );
    await node.start();
    const { status, output } = await node.run("boot");
    assert.equal(status, 1);
    assert.match(output, /FAILED: no order for redis-1 in bucket bucket/);
    assert.equal(node.read("run/reason"), "no order for redis-1 in bucket bucket\n");
    assert.match(node.read("run/phase"), /^failed /);
  });

  it("does not run a bootstrap that does not match its hash", async function () {
    if (!onPath(this, "jq")) return;
    const answers = store(`${SHA}.sh`, (response, content) => response.end(content.replace("bootstrapped", "forged")));
    const { status, output } = await booted("gcp", answers);
    assert.equal(status, 1);
    assert.match(output, new RegExp(`FAILED: bootstrap ${SHA} does not match its hash`));
    assert.doesNotMatch(output, /^forged$/m);
  });
});
