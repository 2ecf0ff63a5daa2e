import assert from "node:assert/strict";
import { spawn, type SpawnSyncReturns } from "node:child_process";
import { chmodSync, existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TIER_NAMES } from "../../../stacks/tiers";
import { onPath } from "../../support/programs";
import { contentOf, provisions, SIZES } from "./fixtures";
import { asPostgres, asPostgresCommand, expectSuccess, PASSWORD, run, Workspace } from "./workspace";

const SERVER_SQL = "/etc/ape/timescaledb/server.sql";
const DATABASE_SQL = "/etc/ape/timescaledb/database.sql";

describe("TimescaleDB: the programs that read its files", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.remove());

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
        const conf = workspace.write("postgresql.conf", file("/etc/postgresql/17/main/postgresql.conf"));
        workspace.write("reloadable.conf", file("/etc/postgresql/17/main/reloadable.conf"));
        const hba = workspace.write("pg_hba.conf", file("/etc/postgresql/17/main/pg_hba.conf"));
        const ident = workspace.write("pg_ident.conf", file("/etc/postgresql/17/main/pg_ident.conf"));
        const data = join(workspace.directory, "data");
        certificate(workspace.directory);
        workspace.handOver();
        expectSuccess(asPostgres(join(bin, "initdb"), "--pgdata", data, "--data-checksums", "--no-sync"));
        const timescaledb = hasTimescaleDb();
        const here = {
          config_file: conf,
          data_directory: data,
          hba_file: hba,
          ident_file: ident,
          external_pid_file: join(workspace.directory, "pid"),
          unix_socket_directories: workspace.directory,
          listen_addresses: "",
          ssl_ca_file: join(workspace.directory, "tls.crt"),
          ssl_cert_file: join(workspace.directory, "tls.crt"),
          ssl_key_file: join(workspace.directory, "tls.key"),
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
          asPostgres("psql", "-XAtq", "-h", workspace.directory, "-v", "ON_ERROR_STOP=1", "-d", "postgres", ...rest);
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

        const serverSql = workspace.write("server.sql", file(SERVER_SQL));
        const databaseSql = workspace.write(
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
      const conf = workspace.write("postgresql.conf", "work_memory = '4MB'\n");
      workspace.handOver();
      const answer = asPostgres(
        join(bin, "postgres"),
        ...options({ config_file: conf, data_directory: workspace.directory }),
        "-C",
        "work_mem",
      );
      assert.match(answer.stderr, /unrecognized configuration parameter "work_memory"/);
    });
  });
});

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
