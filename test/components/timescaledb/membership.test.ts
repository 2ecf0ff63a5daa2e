import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import type { Membership } from "../../../components/model/role";
import { contentOf, placed, provisions } from "./fixtures";
import { run, Workspace } from "./workspace";

const SCRIPT = "/usr/local/lib/ape/timescaledb-member";

interface Member {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly lag?: number | string;
}

const PRIMARY: Member = { name: "timescaledb-1", role: "leader", state: "running" };
const SYNCHRONOUS: Member = { name: "timescaledb-2", role: "sync_standby", state: "streaming", lag: 0 };

describe("TimescaleDB: membership", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.remove());

  /** Runs a command of a member whose programs answer as given; returns its status and the programs' arguments. */
  function command(index: number, name: keyof Membership, stubs: Readonly<Record<string, string>>): Result {
    const [member] = [provisions()[index]!];
    workspace.write("member", contentOf(member, SCRIPT));
    for (const program of ["curl", "etcdctl", "patronictl", "sleep"]) {
      const path = workspace.write(
        `bin/${program}`,
        `#!/bin/bash\necho "${program} $*" >>"${workspace.directory}/calls"\n${stubs[program] ?? "true"}\n`,
      );
      chmodSync(path, 0o755);
    }
    workspace.write("calls", "");
    const line = member.membership![name]!.replace(SCRIPT, `${workspace.directory}/member`);
    const { status, stdout, stderr } = run(
      "env",
      `PATH=${workspace.directory}/bin:${process.env.PATH!}`,
      ...["bash", "-c", `bash ${line}`],
    );
    const calls = readFileSync(`${workspace.directory}/calls`, "utf8").split("\n");
    return { status, stdout: stdout.trim(), stderr, calls };
  }

  /** A Patroni that reports these members, and the node's own server as primary or not. */
  const patroni = (members: readonly Member[], own: "primary" | "replica", more: object = {}): string =>
    `case "\${*: -1}" in */cluster) echo '${JSON.stringify({ members, ...more })}' ;; */patroni) echo '{"role":"${own}"}' ;; esac`;

  it("groups the members of a shard, single or replicated", () => {
    const groups = (args: Parameters<typeof placed>[0]): unknown => placed(args).map(({ role }) => role.group);
    assert.deepEqual(groups({ highlyAvailable: false }), ["timescaledb-shard-1"]);
    const [first, second] = ["timescaledb-shard-1", "timescaledb-shard-2"];
    assert.deepEqual(groups({ shards: 2 }), [first, first, first, second, second, second]);
  });

  it("leads while its server is the primary", () => {
    assert.equal(command(0, "leads", { curl: patroni([PRIMARY], "primary") }).status, 0);
    assert.notEqual(command(0, "leads", { curl: patroni([PRIMARY], "replica") }).status, 0);
    assert.notEqual(command(0, "leads", { curl: "exit 7" }).status, 0);
    assert.equal(provisions()[2]!.membership!.leads, undefined, "the witness");
  });

  const STATES: readonly (readonly [title: string, index: number, members: readonly Member[], inStep: boolean])[] = [
    ["a primary", 0, [PRIMARY, SYNCHRONOUS], true],
    ["a primary without a standby", 0, [PRIMARY], true],
    ["a primary that starts", 0, [{ ...PRIMARY, state: "starting" }], false],
    ["a synchronous standby", 1, [PRIMARY, SYNCHRONOUS], true],
    ["a standby that does not stream", 1, [PRIMARY, { ...SYNCHRONOUS, state: "running" }], false],
    ["an asynchronous standby", 1, [PRIMARY, { ...SYNCHRONOUS, role: "replica" }], false],
    ["a standby far behind", 1, [PRIMARY, { ...SYNCHRONOUS, lag: 17 * 1024 ** 2 }], false],
    ["a standby of unknown lag", 1, [PRIMARY, { ...SYNCHRONOUS, lag: "unknown" }], false],
    ["a member that Patroni does not list", 1, [PRIMARY], false],
  ];
  for (const [title, index, members, inStep] of STATES) {
    it(`takes ${title} to be ${inStep ? "in step" : "out of step"}`, () => {
      const { status } = command(index, "inStep", { curl: patroni(members, "replica") });
      assert.equal(status === 0, inStep);
    });
  }

  it("takes no member to be in step while etcd does not serve, or failover is paused", () => {
    const curl = patroni([PRIMARY, SYNCHRONOUS], "replica");
    assert.notEqual(command(1, "inStep", { curl, etcdctl: "exit 1" }).status, 0);
    const paused = patroni([PRIMARY, SYNCHRONOUS], "replica", { pause: true });
    assert.notEqual(command(1, "inStep", { curl: paused }).status, 0);
  });

  it("hands over to the synchronous standby by the members' names, and is done once the primary is elsewhere", () => {
    const curl = `if grep -q ^patronictl "${workspace.directory}/calls"; then ${patroni([], "replica")}; else ${patroni([PRIMARY, SYNCHRONOUS], "primary")}; fi`;
    const { status, calls } = command(0, "handOver", { curl });
    assert.equal(status, 0);
    assert.deepEqual(
      calls.filter((call) => call.startsWith("patronictl")),
      [
        "patronictl -c /etc/patroni/config.yml switchover --force --leader timescaledb-1 --candidate timescaledb-2 timescaledb",
      ],
    );
  });

  it("hands over nothing on a standby, and fails without a standby that has all data", () => {
    const standby = command(1, "handOver", { curl: patroni([PRIMARY, SYNCHRONOUS], "replica") });
    assert.equal(standby.status, 0);
    const alone = command(0, "handOver", { curl: patroni([PRIMARY, { ...SYNCHRONOUS, role: "replica" }], "primary") });
    assert.equal(alone.status, 1);
    assert.match(alone.stderr, /no standby took over from timescaledb-1: none replicates synchronously/);
    for (const { calls } of [standby, alone]) {
      assert.ok(!calls.some((call) => call.startsWith("patronictl")));
    }
  });

  it("hands etcd's leadership to a started member that accepts it", () => {
    const etcdctl = (leads: boolean, accepting: string): string => `case "$*" in
      *"endpoint status"*) echo "https://127.0.0.1:2379, aa, 3.5.16, 20 kB, ${leads}, false, 2, 5, 5, " ;;
      *"member list"*) printf '%s\\n' "aa, started, timescaledb-3, p, c, false" "bb, unstarted, , p, , false" "cc, started, x, p, c, false" "dd, started, y, p, c, false" ;;
      *) [[ $* == *"move-leader ${accepting}" ]] ;;
    esac`;
    const moves = ({ calls }: Result): string[] =>
      calls.flatMap((call) => / move-leader (\S+)/.exec(call)?.slice(1) ?? []);
    const moved = command(2, "handOver", { etcdctl: etcdctl(true, "dd") });
    assert.deepEqual([moved.status, moves(moved)], [0, ["cc", "dd"]]);
    const follower = command(2, "handOver", { etcdctl: etcdctl(false, "cc") });
    assert.deepEqual([follower.status, moves(follower)], [0, []]);
    assert.notEqual(command(2, "handOver", { etcdctl: etcdctl(true, "none") }).status, 0);
  });

  it("reports its role, and what an operator left behind", () => {
    const members = [{ ...PRIMARY, timeline: 3, pending_restart: true }, SYNCHRONOUS];
    const curl = patroni(members, "primary", { pause: true });
    assert.equal(
      command(0, "reports", { curl }).stdout,
      "leader, running, timeline 3, restart pending, failover paused",
    );
  });
});

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly string[];
}
