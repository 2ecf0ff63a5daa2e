import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ASK } from "../../../components/neo4j/console";
import { READMIT_SCRIPT, RESTART_SCRIPT } from "../../../components/neo4j/operations";
import { pruneFunction } from "../../../components/node/retention";
import type { Placed } from "../../../components/model/role";
import { onPath } from "../../support/programs";
import { CLUSTER, placed } from "./fixtures";

/** What an operator's scripts do, in which order, with programs that note how they are called. */
describe("Neo4j's scripts by hand", function () {
  this.timeout(60_000); // they wait for a server that is not there

  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "ape-neo4j-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const stub = (name: string, body: string): void =>
    writeFileSync(join(folder, name), `#!/bin/bash\necho "${name} $*" >>${folder}/calls\n${body}\n`, { mode: 0o755 });
  const calls = (): string[] =>
    readFileSync(join(folder, "calls"), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.replace(/( YIELD| '[0-9a-f-]{36}'|\('[0-9a-f-]{36}'\)).*/, "").trim());
  const run = (script: string): { status: number | null; output: string } => {
    const local = script
      .replaceAll(ASK, join(folder, "ask"))
      .replaceAll("/usr/local/sbin/ape-node", `${folder}/ape-node`);
    const { status, stdout, stderr } = spawnSync("bash", ["-c", local], {
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
      encoding: "utf8",
    });
    return { status, output: stdout + stderr };
  };
  const script = (path: string): string => {
    const [self] = placed(CLUSTER) as [Placed];
    return self.role.provision(self, placed(CLUSTER)).files.find((file) => file.path === path)!.content;
  };

  it("restart a member only once the cluster has settled, and wait until it has again", function () {
    onPath(this, "jq");
    stub("sleep", "");
    stub("systemctl", `touch ${folder}/restarted; rm -f ${folder}/asked`);
    // Unsettled at the first question, before the restart and after it.
    stub(
      "ask",
      `[[ $1 == system ]] || exit 0; n=1; [[ ! -e ${folder}/asked ]] || n=0; touch ${folder}/asked; echo "{\\"data\\":{\\"values\\":[[$n]]}}"`,
    );
    assert.deepEqual(run(script(RESTART_SCRIPT)), { status: 0, output: "" });
    const settled = ["ask system SHOW SERVERS", "ask system SHOW DATABASES", "ask available"];
    const waited = ["ask system SHOW SERVERS", "sleep 2", ...settled];
    assert.deepEqual(calls(), [...waited, "systemctl restart neo4j.service", ...waited]);
  });

  it("leave the server alone when the cluster does not settle", function () {
    onPath(this, "jq");
    stub("sleep", "");
    stub("systemctl", "");
    stub("ask", `echo '{"data":{"values":[[1]]}}'`);
    const { status, output } = run(script(RESTART_SCRIPT));
    assert.equal(status, 1);
    assert.match(output, /does not settle/);
    assert.ok(!calls().some((call) => call.startsWith("systemctl")));
  });

  it("forget a member that is gone and whose address another one has, and no other", function () {
    onPath(this, "jq");
    const servers = [
      ["11111111-1111-1111-1111-111111111111", "neo4j-1:7687", true],
      ["22222222-2222-2222-2222-222222222222", "neo4j-2:7687", false],
      ["33333333-3333-3333-3333-333333333333", "neo4j-3:7687", false],
      ["44444444-4444-4444-4444-444444444444", "neo4j-3:7687", true],
    ];
    stub("sleep", "");
    stub("ask", `[[ $2 != SHOW* ]] || echo '${JSON.stringify({ data: { values: servers } })}'`);
    const { status, output } = run(script(READMIT_SCRIPT));
    assert.deepEqual([status, output], [0, "forgot 33333333-3333-3333-3333-333333333333\n"]);
    assert.deepEqual(calls(), [
      "ask system-writable",
      "ask system SHOW SERVERS",
      "ask system CALL dbms.cluster.cordonServer",
      "ask system DEALLOCATE DATABASES FROM SERVER",
      "ask system DROP SERVER",
    ]);
  });

  it("delete what is older than its days, but never the newest", () => {
    const day = (ago: number): string =>
      `${new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 19).replace(/:/g, "-")}Z`;
    const keys = [`neo4j/a/${day(40)}/x`, `neo4j/a/${day(31)}/x`, `neo4j/a/${day(29)}/x`, "neo4j/a/notes"];
    const prune = (present: readonly string[]): string[] => {
      stub("ape-node", `[[ $1 != list ]] || printf '%s\\n' ${present.join(" ")}`);
      writeFileSync(join(folder, "calls"), "");
      assert.equal(run(`set -euo pipefail\n${pruneFunction("backups")}\nprune neo4j/a/ 30`).status, 0);
      return calls().filter((call) => call.includes(" delete "));
    };
    assert.deepEqual(prune(keys), [`ape-node delete backups ${keys[0]}`, `ape-node delete backups ${keys[1]}`]);
    assert.deepEqual(prune(keys.slice(0, 1)), []);
  });
});
