import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderBundle } from "../../../components/node/bootstrap/bundle";
import { USER_DATA_LIMIT, userData } from "../../../components/node/bootstrap/userdata";
import { secretMark, type Placed, type Provision, type Role } from "../../../components/model/role";
import { onPath } from "../../support/programs";

const PROVISION: Provision = {
  packages: ["cache-server"],
  files: [
    {
      path: "/etc/cache.conf",
      content: `password ${secretMark("cache-api", "password")}\nEND\n`,
      mode: "0640",
      owner: "cache",
    },
    { path: "/srv/cache/state.conf", content: "written by the cache\n", seed: true },
    { path: "/etc/early.conf", content: "before packages\n", early: true },
  ],
  units: ["cache.service"],
  sysctl: { "vm.overcommit_memory": 1 },
  health: "cache-cli 'ping'",
};

function placed(name: string, provision: Provision = PROVISION): Placed {
  const role: Role = {
    service: "redis",
    name,
    zone: 0,
    needs: { vcpu: 0.5, memGiB: 0.25 },
    disk: { sizeGiB: 4, mount: "/srv/cache", owner: "cache" },
    listens: [],
    secrets: ["cache-api"],
    grants: [],
    provision: () => provision,
  };
  return { role, node: "node-1", address: "10.60.16.16" };
}

describe("a node's bootstrap", () => {
  const bundle = renderBundle("node-1", [placed("redis-1")], [placed("redis-1")]);

  it("is the same for the same roles, and differs for a different setting", () => {
    assert.deepEqual(renderBundle("node-1", [placed("redis-1")], [placed("redis-1")]), bundle);
    const changed = placed("redis-1", { ...PROVISION, sysctl: { "vm.overcommit_memory": 2 } });
    assert.notEqual(renderBundle("node-1", [changed], [changed]).sha256, bundle.sha256);
  });

  it("runs its steps in order", () => {
    const steps = [
      "fetch_secrets node-node-1 cache-api",
      "/etc/early.conf",
      "install_packages cache-server",
      "mount_disk redis-1 /srv/cache",
      "own_disk /srv/cache cache",
      "put_file /etc/cache.conf 0640 cache:cache",
      "start_units cache.service",
      "await_health redis-1",
      "\nfinish\n",
    ];
    const places = steps.map((step) => bundle.script.lastIndexOf(step));
    assert.ok(
      places.every((place) => place > 0),
      `missing: ${steps[places.indexOf(-1)]}`,
    );
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
  });

  it("quotes arguments, and tolerates a line that equals its here-document delimiter", () => {
    assert.match(bundle.script, /await_health redis-1 'cache-cli '\\''ping'\\'''/);
    assert.match(bundle.script, /put_file \/etc\/cache.conf .*<<'END_'\npassword @\{cache-api\/password\}\nEND\nEND_/);
  });

  it("limits each service's memory and waits for its disk", () => {
    assert.match(bundle.script, /ape-redis\.slice .*\n\[Slice\]\nMemoryMax=256M\nCPUWeight=50\n/);
    assert.match(
      bundle.script,
      /cache\.service\.d\/50-ape\.conf .*\n\[Unit\]\nRequiresMountsFor=\/srv\/cache\nAssertPathIsMountPoint=\/srv\/cache\n\[Service\]\nSlice=ape-redis\.slice\n/,
    );
  });

  it("uses the larger of two values of a kernel setting", () => {
    const two = [
      placed("redis-1"),
      placed("redis-2", { ...PROVISION, files: [], sysctl: { "vm.overcommit_memory": 2 } }),
    ];
    assert.match(renderBundle("node-1", two, two).script, /^vm\.overcommit_memory = 2$/m);
  });

  it("rejects two roles that write the same file", () => {
    const two = [placed("redis-1"), placed("redis-2")];
    assert.throws(() => renderBundle("node-1", two, two), /two roles write \/etc\/cache.conf/);
  });

  it("passes ShellCheck, and so does the boot script", function () {
    if (!onPath(this, "shellcheck")) return;
    for (const script of [bootScript() + "\n", `${bootScript()}\n${bundle.script}`]) {
      // boot.sh runs before the bundle's lines; the order does not matter to ShellCheck.
      const { status, stdout } = spawnSync(
        "shellcheck",
        ["--severity=style", "--enable=check-unassigned-uppercase", "-"],
        { input: script },
      );
      assert.equal(status, 0, stdout.toString());
    }
  });
});

describe("the boot script", () => {
  it("is small, and contains nothing that changes with the tier", () => {
    assert.ok(Buffer.byteLength(bootScript()) < USER_DATA_LIMIT / 2);
    assert.doesNotMatch(bootScript(), /\bt[1-4]\b/);
  });
});

describe("the bootstrap's steps", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "ape-boot-"));
    execFileSync("mkdir", ["-p", join(folder, "secrets")]);
    writeFileSync(
      join(folder, "secrets", "api.json"),
      JSON.stringify({ password: "p&s/\\w'\"d", key: "-----BEGIN\nlines\n-----END\n" }),
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  const library = readFileSync("components/node/bootstrap/library.sh", "utf8");
  const run = (script: string): { status: number | null; output: string } => {
    const prelude = `set -Eeuo pipefail\ntrap 'echo TRAPPED >&2' ERR\nRUNTIME=${folder}\nNODE_SECRET=none\nsay() { echo "$*"; }\nfail() { echo "FAILED: $*" >&2; exit 1; }\n`;
    const { status, stdout, stderr } = spawnSync("bash", ["-c", prelude + library + script]);
    return { status, output: stdout.toString() + stderr.toString() };
  };

  it("replace marks by values with any characters", () => {
    const { output } = run(`printf 'a=@{api/password} @{api/password}\\nb=@{api/key}\\n\\n' | fill_marks`);
    assert.equal(output, `a=p&s/\\w'"d p&s/\\w'"d\nb=-----BEGIN\nlines\n-----END\n\n`);
  });

  it("write a file without marks unchanged", () => {
    assert.deepEqual(run(`printf 'plain\\n' | fill_marks`), { status: 0, output: "plain\n" });
  });

  it("fail with the names of the secret and of the missing field", () => {
    const { status, output } = run(`printf '@{api/absent}' | fill_marks`);
    assert.notEqual(status, 0);
    assert.match(output, /secret api has no field absent/);
  });

  it("rewrite a file only if its content, owner or mode changes", function () {
    if (process.getuid?.() !== 0) {
      console.log("      skipped: changing a file's owner needs root");
      this.skip();
    }
    const path = join(folder, "etc/app.conf");
    const put = (content: string, mode = "0640"): string =>
      run(
        `put_file ${path} ${mode} root:root app.service '' <<'END'\n${content}\nEND\necho "restarts: \${!RESTARTS[*]}"`,
      ).output.trim();
    assert.equal(put("one"), "restarts: app.service");
    assert.equal(statSync(path).mode & 0o777, 0o640);
    assert.equal(put("one"), "restarts:");
    assert.equal(put("two"), "restarts: app.service");
    assert.equal(put("two", "0600"), "restarts: app.service");
  });

  it("go on without the secret store if the bootstrap worked before, with the files that exist", () => {
    const state = join(folder, "state");
    const steps = (worked: boolean): { status: number | null; output: string } =>
      run(`STATE=${state} BOOTSTRAP=${state}/1.sh; rm -rf $STATE; mkdir $STATE; touch $BOOTSTRAP
        ${worked ? "ln -s 1.sh $STATE/current" : ""}
        retry() { "$@"; }; fetch_secret() { echo partial; return 1; }
        fetch_secrets absent
        echo written >${folder}/kept.conf
        put_file ${folder}/kept.conf 0644 root:root cache.service '' <<<'password @{absent/password}'
        cat ${folder}/kept.conf; echo "restarts: \${!RESTARTS[*]}"`);
    assert.deepEqual(steps(true), {
      status: 0,
      output: "cannot read secret absent; the node runs with the files that it has\nwritten\nrestarts: \n",
    });
    const first = steps(false);
    assert.notEqual(first.status, 0);
    assert.match(first.output, /FAILED: cannot read secret absent/);
  });

  it("do not overwrite a seeded file", () => {
    const path = join(folder, "seeded.conf");
    run(`seed_file ${path} 0644 root:root <<'END'\nfirst\nEND`);
    run(`seed_file ${path} 0644 root:root <<'END'\nsecond\nEND`);
    assert.equal(readFileSync(path, "utf8"), "first\n");
  });
});

function bootScript(): string {
  return userData({
    cloud: "aws",
    region: "us-east-1",
    node: "redis-1",
    bootstrapBucket: "ape-prod-bootstrap-1a2b3c4d",
    secretPrefix: "ape-prod-",
    packageMirror: "",
  });
}
