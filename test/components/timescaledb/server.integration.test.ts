import assert from "node:assert/strict";
import { spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { patroniConfig } from "../../../components/timescaledb/patroni";
import { pgBackRestConf } from "../../../components/timescaledb/pgbackrest";
import type { NodeFile, Provision } from "../../../components/model/role";
import { TIER_NAMES } from "../../../stacks/tiers";
import { onPath } from "../../support/programs";
import { ARGS, contentOf, provisions, SIZES } from "./fixtures";

const SERVER_SQL = "/etc/ape/timescaledb/server.sql";
const DATABASE_SQL = "/etc/ape/timescaledb/database.sql";
const PASSWORD = "Secret0Of1Tests2";

describe("TimescaleDB: the programs that read its files", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync("/tmp/ape-timescaledb-");
    chmodSync(directory, 0o755);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const write = (name: string, content: string): string => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };

  describe("postgres", () => {
    let stop: (() => void) | undefined;
    afterEach(() => {
      stop?.();
      stop = undefined;
    });

    for (const tier of TIER_NAMES) {
      it(`starts with ${tier}'s settings, access rules and roles`, async function () {
        if (!onPath(this, "postgres") || !onPath(this, "psql")) return;
        const [single] = provisions({ ...SIZES[tier], highlyAvailable: false });
        const bin = dirname(realpathSync(run("sh", "-c", "command -v postgres").stdout.trim()));
        const file = (path: string): string => contentOf(single!, path).replace(/@\{[^}]*\}/g, PASSWORD);
        const conf = write("postgresql.conf", file("/etc/postgresql/17/main/postgresql.conf"));
        write("reloadable.conf", file("/etc/postgresql/17/main/reloadable.conf"));
        const hba = write("pg_hba.conf", file("/etc/postgresql/17/main/pg_hba.conf"));
        const ident = write("pg_ident.conf", file("/etc/postgresql/17/main/pg_ident.conf"));
        const data = join(directory, "data");
        certificate(directory);
        handOver(directory);
        expectSuccess(asPostgres(join(bin, "initdb"), "--pgdata", data, "--data-checksums", "--no-sync"));
        const timescaledb = hasTimescaleDb();
        const here = {
          config_file: conf,
          data_directory: data,
          hba_file: hba,
          ident_file: ident,
          external_pid_file: join(directory, "pid"),
          unix_socket_directories: directory,
          listen_addresses: "",
          ssl_ca_file: join(directory, "tls.crt"),
          ssl_cert_file: join(directory, "tls.crt"),
          ssl_key_file: join(directory, "tls.key"),
          log_destination: "stderr",
          archive_mode: "off",
          ...(timescaledb ? {} : { shared_preload_libraries: "pg_stat_statements" }),
        };
        const [program, ...args] = asPostgresCommand(join(bin, "postgres"), ...options(here));
        const server = spawn(program!, args, { stdio: ["ignore", "ignore", "pipe"] });
        stop = () => asPostgres(join(bin, "pg_ctl"), "--pgdata", data, "--mode=immediate", "--silent", "stop");
        let log = "";
        server.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));

        const psql = (...rest: string[]): SpawnSyncReturns<string> =>
          asPostgres("psql", "-XAtq", "-h", directory, "-v", "ON_ERROR_STOP=1", "-d", "postgres", ...rest);
        for (let tries = 0; tries < 100 && psql("-c", "SELECT 1").status !== 0; tries++) {
          assert.equal(server.exitCode, null, log);
          await sleep(100);
        }
        const ask = (query: string): string => expectSuccess(psql("-c", query));

        assert.equal(ask("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL"), "0");
        assert.equal(ask("SELECT count(*) FROM pg_hba_file_rules"), "4");
        assert.equal(ask("SHOW data_checksums"), "on");
        assert.equal(
          ask("SELECT setting::int / 128 FROM pg_settings WHERE name = 'shared_buffers'"),
          String(SIZES[tier].memGiB * 256),
        );

        const serverSql = write("server.sql", file(SERVER_SQL));
        const databaseSql = write(
          "database.sql",
          timescaledb ? file(DATABASE_SQL) : file(DATABASE_SQL).replace(/^.*timescaledb.*\n/m, ""),
        );
        for (const time of ["first", "second"]) {
          assert.equal(expectSuccess(psql("-f", serverSql)), "", time);
          assert.equal(expectSuccess(psql("-d", "ape", "-f", databaseSql)), "", time);
        }
        assert.equal(
          ask("SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolcanlogin AND NOT rolsuper"),
          "ape ape_owner ape_readonly monitoring replicator rewind",
        );
        // TimescaleDB's jobs run as the tables' owner, which requires LOGIN; without a password no client can log in as it.
        assert.equal(ask("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'ape_owner'"), "t");
        assert.equal(ask("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'ape'"), "ape_owner");
        assert.equal(ask(`SELECT count(*) FROM pg_stat_statements WHERE query LIKE '%${PASSWORD.slice(0, 9)}%'`), "0");
        assert.ok(!log.includes(PASSWORD));
      });
    }

    it("rejects an unknown setting", function () {
      onPath(this, "postgres");
      const bin = dirname(realpathSync(run("sh", "-c", "command -v postgres").stdout.trim()));
      const conf = write("postgresql.conf", "work_memory = '4MB'\n");
      handOver(directory);
      const answer = asPostgres(
        join(bin, "postgres"),
        ...options({ config_file: conf, data_directory: directory }),
        "-C",
        "work_mem",
      );
      assert.match(answer.stderr, /unrecognized configuration parameter "work_memory"/);
    });
  });

  describe("pgbackrest", () => {
    /** Messages about options, before it fails for lack of a server: unknown options are warnings, invalid values errors. */
    const complaints = (config: string): string[] => {
      const path = write("pgbackrest.conf", config.replace(/@\{[^}]*\}/g, PASSWORD));
      handOver(directory);
      // A local repository: the cloud's options are then checked by name only.
      const repository = ["--repo1-type=posix", `--repo1-path=${directory}`];
      const here = [`--config=${path}`, `--lock-path=${directory}`, `--pg1-socket-path=${directory}`, ...repository];
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
      const path = write("config.yml", config.replace(/@\{[^}]*\}/g, PASSWORD));
      handOver(directory);
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
          write(basename(path).replace("@.", "@full."), content.replace(/^ExecStart=.*$/m, "ExecStart=/bin/true")),
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
          expectSuccess(run("bash", "-n", write(basename(path), content)));
        }
      }
    });

    it("passes ShellCheck", function () {
      onPath(this, "shellcheck");
      for (const { path, content } of scripts(provisions()[0]!)) {
        expectSuccess(run("shellcheck", write(basename(path), content)));
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

function run(program: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, { encoding: "utf8", cwd: "/" });
}

function expectSuccess(result: SpawnSyncReturns<string>): string {
  assert.equal(result.status, 0, `${result.stdout}\n${result.stderr}`);
  return result.stdout.trim();
}

/** PostgreSQL refuses to run as root. As root, the user postgres runs it and owns its files. */
function handOver(directory: string): void {
  if (process.getuid?.() === 0) {
    expectSuccess(run("chown", "-R", "postgres:", directory));
  }
}

function asPostgres(program: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  const [first, ...rest] = asPostgresCommand(program, ...args);
  return run(first!, ...rest);
}

function asPostgresCommand(program: string, ...args: readonly string[]): string[] {
  return process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--", program, ...args] : [program, ...args];
}

function options(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

function hasTimescaleDb(): boolean {
  const found = existsSync(join(run("pg_config", "--pkglibdir").stdout.trim(), "timescaledb.so"));
  if (!found) {
    console.log("        without the timescaledb library: it is not installed");
  }
  return found;
}

function certificate(directory: string): void {
  const subject = ["-subj", "/CN=localhost", "-keyout", join(directory, "tls.key"), "-out", join(directory, "tls.crt")];
  expectSuccess(run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject));
  chmodSync(join(directory, "tls.key"), 0o600);
}
