import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { patroniConfig } from "../../../components/timescaledb/patroni";
import { pgBackRestConf } from "../../../components/timescaledb/pgbackrest";
import type { NodeFile, Provision } from "../../../components/model/role";
import { onPath } from "../../support/programs";
import { ARGS, contentOf, provisions, SIZES } from "./fixtures";
import { asPostgres, expectSuccess, PASSWORD, run, Workspace } from "./workspace";

describe("TimescaleDB: the programs that read its files", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.remove());

  describe("pgbackrest", () => {
    /** Messages about options, before it fails for lack of a server: unknown options are warnings, invalid values errors. */
    const complaints = (config: string): string[] => {
      const path = workspace.write("pgbackrest.conf", config.replace(/@\{[^}]*\}/g, PASSWORD));
      workspace.handOver();
      // A local repository: the cloud's options are then checked by name only.
      const repository = ["--repo1-type=posix", `--repo1-path=${workspace.directory}`];
      const here = [
        `--config=${path}`,
        `--lock-path=${workspace.directory}`,
        `--pg1-socket-path=${workspace.directory}`,
        ...repository,
      ];
      const { stdout, stderr } = asPostgres(
        "pgbackrest",
        ...here,
        "--stanza=main",
        "--log-level-console=warn",
        "backup",
      );
      return `${stdout}\n${stderr}`.split("\n").filter((line) => /\boption\b|\[03[0-7]\]/.test(line));
    };

    for (const cloud of ["aws", "gcp"] as const) {
      it(`knows every option of its configuration on ${cloud}`, function () {
        atLeast(this, "pgbackrest", ["version"], 2.46); // repo-block
        assert.deepEqual(complaints(pgBackRestConf({ ...ARGS, shard: 0, cloud })), []);
      });
    }

    it("rejects an unknown option and an invalid value", function () {
      atLeast(this, "pgbackrest", ["version"], 2.46); // repo-block
      const config = pgBackRestConf({ ...ARGS, shard: 0 });
      assert.match(complaints(config.replace("start-fast", "start-slow")).join(), /invalid option 'start-slow'/);
      assert.match(
        complaints(config.replace("=zst", "=zip")).join(),
        /'zip' is not allowed for 'compress-type' option/,
      );
    });
  });

  describe("patroni", () => {
    /** Messages that depend on the validating machine: its ports, directories and network. */
    const ELSEWHERE =
      /already in use|not reachable|does not exist|doesn't exist|is not a directory|should be a directory/;

    const complaints = (config: string): string[] => {
      const path = workspace.write("config.yml", config.replace(/@\{[^}]*\}/g, PASSWORD));
      workspace.handOver();
      const { stdout, stderr } = asPostgres("patroni", "--validate-config", path);
      return `${stdout}\n${stderr}`.split("\n").filter((line) => line !== "" && !ELSEWHERE.test(line));
    };
    const config = patroniConfig({
      name: "timescaledb-1",
      founder: true,
      etcd: ["127.0.0.1:2379"],
      size: SIZES.t3,
      database: "ape",
      peers: [],
    });

    it("accepts its configuration", function () {
      atLeast(this, "patroni", ["--version"], 4);
      assert.deepEqual(complaints(config), []);
    });

    it("rejects a time to live that is too short", function () {
      atLeast(this, "patroni", ["--version"], 4);
      assert.match(complaints(config.replace("ttl: 20", "ttl: 5")).join("\n"), /bootstrap\.dcs\.ttl 5 didn't pass/);
    });
  });

  describe("systemd", () => {
    it("accepts the units", function () {
      onPath(this, "systemd-analyze");
      for (const provision of [provisions()[0]!, provisions({ highlyAvailable: false })[0]!]) {
        const units = provision.files.filter(({ path }) => /^\/etc\/systemd\/system\/[^/]+$/.test(path));
        assert.ok(units.length > 0);
        // The scripts do not exist here, so only the rest of the units is verified.
        const paths = units.map(({ path, content }) =>
          workspace.write(
            basename(path).replace("@.", "@full."),
            content.replace(/^ExecStart=.*$/m, "ExecStart=/bin/true"),
          ),
        );
        const { status, stderr } = run("systemd-analyze", "verify", "--man=no", ...paths);
        const own = stderr.split("\n").filter((line) => line.includes("timescaledb-"));
        assert.deepEqual(own, []);
        assert.equal(status, 0, stderr);
      }
    });

    it("starts each backup at its hour", function () {
      onPath(this, "systemd-analyze");
      const expected: Readonly<Record<string, readonly string[]>> = {
        full: ["Sun 2026-01-04 02:00", "Sun 2026-01-11 02:00"],
        diff: ["Thu 2026-01-01 02:00", "Fri 2026-01-02 02:00", "Sat 2026-01-03 02:00", "Mon 2026-01-05 02:00"],
        incr: ["Thu 2026-01-01 01:00", "Thu 2026-01-01 03:00"],
      };
      for (const [type, times] of Object.entries(expected)) {
        const unit = contentOf(provisions()[0]!, `/etc/systemd/system/timescaledb-backup-${type}.timer`);
        const calendar = /^OnCalendar=(.*)$/m.exec(unit)![1]!;
        const { stdout } = spawnSync(
          "systemd-analyze",
          ["calendar", "--base-time=2026-01-01 00:30:00 UTC", `--iterations=${times.length}`, calendar],
          { encoding: "utf8", env: { ...process.env, TZ: "UTC" } },
        );
        const found = [...stdout.matchAll(/(?:Next elapse|Iter(?:ation)?\. #\d+): (\w{3} [\d-]+ \d\d:\d\d)/g)];
        assert.deepEqual(
          found.map((match) => match[1]),
          times,
          stdout,
        );
      }
    });
  });

  describe("bash", () => {
    const scripts = (provision: Provision): readonly NodeFile[] =>
      provision.files.filter(({ content }) => content.startsWith("#!"));

    it("accepts the scripts", function () {
      for (const provision of [provisions()[0]!, provisions({ highlyAvailable: false })[0]!]) {
        assert.ok(scripts(provision).length > 0);
        for (const { path, content } of scripts(provision)) {
          expectSuccess(run("bash", "-n", workspace.write(basename(path), content)));
        }
      }
    });

    it("passes ShellCheck", function () {
      onPath(this, "shellcheck");
      for (const { path, content } of scripts(provisions()[0]!)) {
        expectSuccess(run("shellcheck", workspace.write(basename(path), content)));
      }
    });
  });
});

/** Skips the test if the program is missing or older than Debian 13's files require. */
function atLeast(test: Mocha.Context, program: string, args: readonly string[], version: number): void {
  onPath(test, program);
  const found = /\d+\.\d+/.exec(asPostgres(program, ...args).stdout)?.[0] ?? "unknown";
  if (!(Number(found) >= version)) {
    console.log(`      skipped: ${program} is ${found}, older than ${version}`);
    test.skip();
  }
}
