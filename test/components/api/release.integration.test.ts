import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { releaseFiles, REPORTS } from "../../../components/api/release";

/** Programs of a node. A container of an image whose name contains "broken" crashes, and "absent" is not in the registry. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "ape-node": 'cat "$HERE/wanted"',
  podman: "[[ $* != *absent* ]]",
  systemctl: 'if [[ $1 == show ]]; then grep -q broken "$HERE/state/${4#*@}.env" && echo 9 || echo 0; fi',
  curl: 'url=${*: -1} && port=${url##*127.0.0.1:}; [[ -e $HERE/state/${port%/ready}.env ]] && ! grep -q broken "$HERE/state/${port%/ready}.env"',
  ss: "",
  journalctl: "",
  nginx: "",
  sleep: "",
};

describe("a release on a node of the API", function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ape-release-"));
    mkdirSync(join(folder, "bin"));
    Object.entries(PROGRAMS).forEach(([name, body]) => {
      writeFileSync(join(folder, "bin", name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
    });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function run(path: string): { status: number | null; output: string } {
    const { content } = releaseFiles({ bucket: "b", containers: 2, drainSeconds: 1 }).find(
      (file) => file.path === path,
    )!;
    const script = content
      .replaceAll("/usr/local/sbin/ape-node", "ape-node")
      .replaceAll("/var/lib/ape/api", join(folder, "state"))
      .replaceAll("/run/ape", join(folder, "run"));
    const env = { HERE: folder, PATH: [join(folder, "bin"), process.env.PATH].join(delimiter) };
    const { status, stdout } = spawnSync("bash", ["--norc", "-c", script], { env });
    return { status, output: stdout.toString().trim() };
  }

  /** Polls for a wanted image and returns what the node then reports. */
  function reportOf(wanted: string): string {
    writeFileSync(join(folder, "wanted"), wanted);
    run("/usr/local/sbin/ape-api-release");
    return run(REPORTS).output;
  }

  it("reports nothing before the first one", () => {
    assert.deepEqual(run(REPORTS), { status: 0, output: "" });
    assert.equal(reportOf("absent:1"), "absent:1 failed: cannot be pulled");
  });

  it("reports the image that serves, or why the wanted one failed", () => {
    assert.equal(reportOf("api:1"), "api:1");
    assert.equal(reportOf("api:2"), "api:2");
    assert.equal(reportOf("broken:3"), "broken:3 failed: does not become ready: refused");
    assert.equal(reportOf("broken:3"), "broken:3 failed: was refused: it did not become ready");
    assert.equal(reportOf("absent:4"), "absent:4 failed: cannot be pulled");
    assert.equal(reportOf("api:2"), "api:2");
    assert.equal(reportOf("api:5"), "api:5");
    assert.ok(readdirSync(join(folder, "run")).length > 0);
  });
});
