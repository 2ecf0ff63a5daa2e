import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { READMIT_SCRIPT, RESTART_SCRIPT } from "../../../components/neo4j/operations";
import { FUNCTIONS } from "../../../components/node/script";
import type { Placed } from "../../../components/model/role";
import { onPath } from "../../support/programs";
import type { Neo4jArgs } from "../../../components/neo4j/args";
import { CLUSTER, placed, SINGLE } from "./fixtures";
import { response, Stubs } from "./stubs";

/** What the operator's scripts do, and in which order. */
describe("Neo4j's operator scripts", function () {
  this.timeout(60_000); // they wait for a server that does not exist

  let stubs: Stubs;
  beforeEach(() => (stubs = new Stubs()));
  afterEach(() => stubs.remove());

  const calls = (): string[] =>
    stubs.calls().map((line) => line.replace(/( YIELD| '[0-9a-f-]{36}'|\('[0-9a-f-]{36}'\)).*/, "").trim());
  const script = (path: string): string => {
    const [self] = placed(CLUSTER) as [Placed];
    return self.role.provision(self, placed(CLUSTER)).files.find((file) => file.path === path)!.content;
  };

  it("restart a member only once the cluster has settled, and wait until it settles again", function () {
    onPath(this, "jq");
    stubs.add("sleep", "");
    stubs.add("systemctl", `touch ${stubs.folder}/restarted; rm -f ${stubs.folder}/asked`);
    // The first poll before the restart, and the first one after it, reports an unsettled server.
    stubs.add(
      "ask",
      `[[ $1 == system ]] || exit 0; n=1; [[ ! -e ${stubs.folder}/asked ]] || n=0; touch ${stubs.folder}/asked; echo "{\\"data\\":{\\"values\\":[[$n]]}}"`,
    );
    assert.deepEqual(stubs.run(script(RESTART_SCRIPT)), { status: 0, output: "" });
    const settled = ["ask system SHOW SERVERS", "ask system SHOW DATABASES", "ask available"];
    const waited = ["ask system SHOW SERVERS", "sleep 2", ...settled];
    assert.deepEqual(calls(), [...waited, "systemctl restart neo4j.service", ...waited]);
  });

  it("do not restart the server if the cluster does not settle", function () {
    this.timeout(3 * 60_000); // hundreds of tries, each with several processes
    onPath(this, "jq");
    stubs.add("sleep", "");
    stubs.add("systemctl", "");
    stubs.add("ask", `echo '${response([[1]])}'`);
    const { status, output } = stubs.run(script(RESTART_SCRIPT));
    assert.equal(status, 1);
    assert.match(output, /does not settle/);
    assert.ok(!calls().some((call) => call.startsWith("systemctl")));
  });

  it("take a member to be in step while it serves, and hosts what it is to host", function () {
    onPath(this, "jq");
    const inStep = (available: boolean, settled: number, unsettled: number): boolean => {
      stubs.add(
        "ask",
        `case "$*" in
          available) ${available} ;;
          *"SHOW SERVERS"*"address = '10.60.16.80:7687'"*) echo '${response([[settled]])}' ;;
          *"SHOW DATABASES"*"address = '10.60.16.80:7687'"*) echo '${response([[unsettled]])}' ;;
        esac`,
      );
      const [self] = placed(CLUSTER) as [Placed];
      const { membership } = self.role.provision(self, placed(CLUSTER));
      return stubs.run(script(membership!.inStep!)).status === 0;
    };
    assert.ok(inStep(true, 1, 0));
    assert.ok(!inStep(false, 1, 0), "it does not serve");
    assert.ok(!inStep(true, 0, 0), "it is not enabled, not available, or lacks a database");
    assert.ok(!inStep(true, 1, 1), "a database is not online");
  });

  it("refuse the data of another number of members, and record their own", () => {
    const check = (args: Neo4jArgs): { status: number | null; output: string } => {
      const [self] = placed(args) as [Placed];
      const { files } = self.role.provision(self, placed(args));
      const content = files.find(({ path }) => path === "/usr/local/lib/ape/neo4j-members")!.content;
      return stubs.run(content.replaceAll("/var/lib/neo4j", stubs.folder));
    };
    assert.equal(check(SINGLE).status, 0, "a blank disk");
    mkdirSync(`${stubs.folder}/data/databases`, { recursive: true });
    assert.equal(check(SINGLE).status, 0);
    const { status, output } = check(CLUSTER);
    assert.equal(status, 1);
    assert.match(output, /was made by 1 Neo4j server\(s\), not by 3; nothing was changed.*"From one server to three"/);
    rmSync(`${stubs.folder}/data`, { recursive: true });
    assert.equal(check(CLUSTER).status, 0, "its data was moved aside");
    mkdirSync(`${stubs.folder}/data/databases`, { recursive: true });
    assert.equal(check(CLUSTER).status, 0);
    rmSync(`${stubs.folder}/members`);
    assert.equal(check(CLUSTER).status, 0, "data from before the number was recorded");
  });

  it("drop only a lost member whose address another server has", function () {
    onPath(this, "jq");
    const servers = [
      ["11111111-1111-1111-1111-111111111111", "neo4j-1:7687", true],
      ["22222222-2222-2222-2222-222222222222", "neo4j-2:7687", false],
      ["33333333-3333-3333-3333-333333333333", "neo4j-3:7687", false],
      ["44444444-4444-4444-4444-444444444444", "neo4j-3:7687", true],
    ];
    stubs.add("sleep", "");
    stubs.add("ask", `[[ $2 != SHOW* ]] || echo '${response(servers)}'`);
    const { status, output } = stubs.run(script(READMIT_SCRIPT));
    assert.deepEqual([status, output], [0, "dropped 33333333-3333-3333-3333-333333333333\n"]);
    assert.deepEqual(calls(), [
      "ask system-writable",
      "ask system SHOW SERVERS",
      "ask system CALL dbms.cluster.cordonServer",
      "ask system DEALLOCATE DATABASES FROM SERVER",
      "ask system DROP SERVER",
    ]);
  });

  it("delete backups past their retention, but never the newest", () => {
    const day = (ago: number): string =>
      `${new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 19).replace(/:/g, "-")}Z`;
    const keys = [`neo4j/a/${day(40)}/x`, `neo4j/a/${day(31)}/x`, `neo4j/a/${day(29)}/x`, "neo4j/a/notes"];
    const prune = (present: readonly string[]): string[] => {
      stubs.add("ape-node", `[[ $1 != list ]] || printf '%s\\n' ${present.join(" ")}`);
      stubs.forget();
      assert.equal(
        stubs.run(`set -euo pipefail\nBUCKET=backups\n${readFileSync(FUNCTIONS.prune, "utf8")}\nprune neo4j/a/ 30`)
          .status,
        0,
      );
      return calls().filter((call) => call.includes(" delete "));
    };
    assert.deepEqual(prune(keys), [`ape-node delete backups ${keys[0]}`, `ape-node delete backups ${keys[1]}`]);
    assert.deepEqual(prune(keys.slice(0, 1)), []);
  });
});
