import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { contentOf, provisions } from "./fixtures";
import { expectSuccess, run, Workspace } from "./workspace";

const T2 = { max_connections: 50, max_worker_processes: 15, max_locks_per_transaction: 256 };
const T3 = { max_connections: 100, max_worker_processes: 27, max_locks_per_transaction: 256 };
const FIXED = { max_prepared_transactions: 0, max_wal_senders: 10 };

interface Other {
  readonly tags?: Readonly<Record<string, unknown>>;
  readonly role?: string;
  readonly pending_restart?: boolean;
  readonly pending_restart_reason?: Readonly<Record<string, { old_value: string; new_value: string }>>;
}

describe("TimescaleDB: the configuration that members of two sizes share", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.remove());

  /** Runs the database script on a T3 standby beside another member; returns what it shares and whom it restarts. */
  function configure(other: Other, current: object = {}, own: Other = {}): { shared: Shared; restarted: string[] } {
    const [, second] = provisions();
    const members = [
      { name: "timescaledb-1", role: "leader", ...other },
      { name: "timescaledb-2", role: "sync_standby", tags: { ...T2, ...FIXED }, ...own },
    ];
    const stub = (name: string, body: string): void =>
      chmodSync(workspace.write(`bin/${name}`, `#!/bin/bash\n${body}\n`), 0o755);
    stub("sleep", "");
    stub("psql", "echo standby");
    stub(
      "curl",
      `case "\${*: -1}" in */cluster) echo '${JSON.stringify({ members })}' ;; *) echo '${JSON.stringify(current)}' ;; esac`,
    );
    stub(
      "patronictl",
      `case "$*" in
        *edit-config*) cat >"${workspace.directory}/shared" ;;
        *) echo "\${*: -1}" >>"${workspace.directory}/restarted" ;;
      esac`,
    );
    const dynamic = workspace.write("dynamic.json", contentOf(second!, "/etc/patroni/dynamic.json"));
    workspace.write("restarted", "");
    const script = workspace.write(
      "database",
      contentOf(second!, "/usr/local/lib/ape/timescaledb-database").replace("/etc/patroni/dynamic.json", dynamic),
    );
    expectSuccess(run("env", `PATH=${workspace.directory}/bin:${process.env.PATH!}`, "bash", script));
    return {
      shared: JSON.parse(readFileSync(`${workspace.directory}/shared`, "utf8")) as Shared,
      restarted: readFileSync(`${workspace.directory}/restarted`, "utf8").split("\n").slice(0, -1),
    };
  }

  it("has the larger limits: they rise with the first member, and fall with the last one", () => {
    const limits = (tags: object): unknown => {
      const { max_connections, max_worker_processes } = configure({ tags: { ...tags, ...FIXED } }).shared.postgresql
        .parameters;
      return [max_connections, max_worker_processes];
    };
    assert.deepEqual(limits(T2), [100, 27]);
    assert.deepEqual(limits({ ...T2, max_connections: 200 }), [200, 27]);
    // Its own limits from before count no more, although Patroni may still publish them.
    const own = { tags: { ...T3, ...FIXED, max_connections: 400 } };
    assert.equal(configure({ tags: { ...T3, ...FIXED } }, {}, own).shared.postgresql.parameters.max_connections, 100);
  });

  it("keeps a pause of failover, and nothing else that the members do not share", () => {
    const tags = { ...T3, ...FIXED };
    const current = { pause: true, ttl: 30, postgresql: { parameters: { shared_buffers: "512MB" } } };
    const { shared } = configure({ tags }, current);
    assert.deepEqual([shared.pause, shared.ttl, shared.postgresql.parameters.shared_buffers], [true, 20, undefined]);
    assert.equal(configure({ tags }).shared.pause, undefined);
  });

  it("keeps the settings of a member that still reads all of them from here", () => {
    const current = { postgresql: { parameters: { shared_buffers: "512MB", max_connections: 50 } } };
    const { parameters } = configure({}, current).shared.postgresql;
    assert.deepEqual([parameters.shared_buffers, parameters.max_connections], ["512MB", 100]);
  });

  it("restarts the standby only if its settings are pending", () => {
    const tags = { ...T3, ...FIXED };
    assert.deepEqual(configure({ tags }, {}, { tags }).restarted, []);
    assert.deepEqual(configure({ tags }, {}, { tags, pending_restart: true }).restarted, ["timescaledb-2"]);
  });

  it("restarts the primary only to lower its limits, once all members are planned with the lower ones", () => {
    const tags = { ...T3, ...FIXED };
    const pending = (old_value: string, setting = "max_connections"): Other => ({
      pending_restart: true,
      pending_restart_reason: { [setting]: { old_value, new_value: "100" } },
    });
    const restarted = (primary: Other, own: Readonly<Record<string, unknown>>): string[] =>
      configure(primary, {}, { tags: own }).restarted;
    assert.deepEqual(restarted({ tags, ...pending("200") }, tags), ["timescaledb-1"]);
    assert.deepEqual(restarted({ tags: { ...tags, nosync: true }, ...pending("200") }, tags), ["timescaledb-1"]);
    assert.deepEqual(restarted({ tags, ...pending("50") }, tags), [], "a higher limit");
    assert.deepEqual(restarted({ tags, ...pending("200", "shared_buffers") }, tags), [], "no limit");
    assert.deepEqual(restarted({ tags: { ...tags, max_connections: 200 }, ...pending("200") }, tags), [], "not yet");
  });
});

interface Shared {
  readonly ttl: number;
  readonly pause?: boolean;
  readonly postgresql: { readonly parameters: Readonly<Record<string, unknown>> };
}
