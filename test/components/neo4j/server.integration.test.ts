import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { READMIT_SCRIPT, RESTART_SCRIPT } from "../../../components/neo4j/operations";
import type { Placed } from "../../../components/model/role";
import { onPath } from "../../support/programs";
import { CLUSTER, placed } from "./fixtures";
import { neo4jLibraries } from "./home";
import { ADDRESS, Neo4jServer } from "./server";
import { systemStatements } from "./stubs";

/** T1's files on a real server. All tests share one server, because a start requires ten seconds and 1.4 GiB. */
describe("a Neo4j server with T1's files", function () {
  this.timeout(180_000);
  let server: Neo4jServer;

  before(async function () {
    for (const program of ["java", "curl", "jq"]) if (!onPath(this, program)) return;
    server = new Neo4jServer(await neo4jLibraries(this));
    await server.start();
  });

  after(() => server?.stop());

  it("has the tier's memory", () => {
    const setting = (name: string): unknown => server.query(`SHOW SETTINGS '${name}' YIELD value`)[0]![0];
    assert.equal(setting("server.memory.heap.max_size"), "1.00GiB");
    assert.equal(setting("server.memory.pagecache.size"), "1.00GiB");
    assert.equal(setting("dbms.memory.transaction.total.max"), "256.00MiB");
  });

  it("serves Bolt over TLS with the stack's certificate, and nothing unencrypted", async () => {
    const chain = spawnSync(
      "openssl",
      [
        "s_client",
        "-connect",
        `${ADDRESS}:7687`,
        "-CAfile",
        join(server.folder, "ca.crt"),
        "-verify_return_error",
        "-verify_ip",
        ADDRESS,
      ],
      { input: "" },
    );
    assert.equal(chain.status, 0, chain.stderr.toString());
    assert.equal(await server.greeting(Buffer.from("6060B017000004050000000000000000000000000", "hex")), "");
    for (const port of [7474, 6000, 7000, 7688, 6362]) {
      assert.equal(await server.opens(port), false, String(port));
    }
  });

  it("rejects a wrong password, and Neo4j's default one", () => {
    for (const wrong of ["neo4j", "nothing"]) {
      const { stdout } = spawnSync(
        "curl",
        [
          "-sS",
          "-o",
          "/dev/null",
          "-w",
          "%{http_code}",
          "--cacert",
          join(server.folder, "ca.crt"),
          "-u",
          `neo4j:${wrong}`,
          "-H",
          "content-type: application/json",
          "-d",
          '{"statement":"RETURN 1"}',
          "https://neo4j-1.ape.internal:7473/db/neo4j/query/v2",
        ],
        { env: server.environment },
      );
      assert.equal(stdout.toString(), "401");
    }
  });

  it("fails where Neo4j fails", () => {
    assert.notEqual(server.run("neo4j-ask", "query", "NO SUCH STATEMENT").status, 0);
  });

  it("prevents queries from reading the node's files or the cloud's metadata", () => {
    for (const url of ["file:///../conf/neo4j.conf", "http://169.254.169.254/latest/meta-data/"]) {
      const { status, output } = server.run("neo4j-ask", "query", `LOAD CSV FROM '${url}' AS line RETURN line`);
      assert.notEqual(status, 0, output);
    }
  });

  it("applies its indexes idempotently", () => {
    for (let time = 0; time < 2; time++) {
      const { status, output } = server.run("neo4j-schema");
      assert.equal(status, 0, output);
    }
    assert.deepEqual(
      server.query("SHOW INDEXES YIELD name, state, type WHERE type = 'RANGE' RETURN name, state ORDER BY name"),
      [
        ["fact_id_index", "ONLINE"],
        ["fact_query_composite", "ONLINE"],
        ["fact_query_id_index", "ONLINE"],
        ["query_id_index", "ONLINE"],
        ["timestamp_index", "ONLINE"],
      ],
    );
  });

  it("uses the indexes in query plans", () => {
    server.query(
      `UNWIND range(1, 2000) AS i
       CREATE (:Fact {fact_id: 'f' + i, query_id: 'q' + (i % 20), status: ['open', 'done', 'dropped'][i % 3]})
       CREATE (:Query {query_id: 'q' + i}) CREATE (:Episode {timestamp: i, text: 'e' + i})`,
    );
    server.query("CALL db.resampleOutdatedIndexes()");
    server.query("CALL db.awaitIndexes(60)");
    const operators = (statement: string): string => {
      const { status, output } = server.run("neo4j-ask", "query", `EXPLAIN ${statement}`);
      assert.equal(status, 0, output);
      const names = [...output.matchAll(/"operatorType":"([A-Za-z]+)/g)].map((match) => match[1]!);
      const indexes = [...output.matchAll(/INDEX (?:\w+:)?(\w+)\(([\w, ]+)\)/g)].map(
        (match) => `${match[1]}(${match[2]})`,
      );
      return `${names.find((name) => /Scan|Seek/.test(name)) ?? "none"} ${indexes[0] ?? ""}`;
    };
    assert.deepEqual(
      [
        "MATCH (n:Fact {fact_id: 'x'}) RETURN n",
        "MATCH (n:Fact {query_id: 'x'}) RETURN n",
        "MATCH (n:Fact {query_id: 'x', status: 'open'}) RETURN n",
        "MATCH (n:Query {query_id: 'x'}) RETURN n",
        "MATCH (n:Episode) WHERE n.timestamp > 1 RETURN n",
        "MATCH (n:Episode {text: 'x'}) RETURN n",
      ].map(operators),
      [
        "NodeIndexSeek Fact(fact_id)",
        "NodeIndexSeek Fact(query_id)",
        "NodeIndexSeek Fact(query_id, status)",
        "NodeIndexSeek Query(query_id)",
        "NodeIndexSeekByRange Episode(timestamp)",
        "NodeByLabelScan ",
      ],
    );
  });

  it("parses the cluster scripts' statements, which Community Edition does not support", () => {
    const [self] = placed(CLUSTER) as [Placed];
    const { files } = self.role.provision(self, placed(CLUSTER));
    const script = (path: string): string => files.find((file) => file.path === path)!.content;
    const [unsettledServers, unsettledDatabases] = systemStatements(script(RESTART_SCRIPT), [[0]]);
    const readmission = systemStatements(script(READMIT_SCRIPT), [
      ["f9c1fd68-553a-4abf-91b0-ef81ffa689c3", "neo4j-1:7687", false],
      ["11111111-1111-1111-1111-111111111111", "neo4j-1:7687", true],
    ]);
    assert.equal(readmission.length, 4);
    const [ownServer, ownDatabases] = systemStatements(script("/usr/local/lib/ape/neo4j-in-step"), [[1]]);
    for (const statement of [unsettledServers!, ownServer!, ...readmission]) {
      const { output } = server.run("neo4j-ask", "system", statement);
      assert.match(output, /Unsupported administration command|no procedure with the name/, `${statement}: ${output}`);
    }
    for (const statement of [unsettledDatabases!, ownDatabases!]) {
      assert.match(server.run("neo4j-ask", "system", statement).output, /"values":\[\[0\]\]/);
    }
    assert.doesNotMatch(
      server.run("neo4j-ask", "system", "CORDON SERVERS ALL").output,
      /Unsupported administration command/,
    );
  });

  it("does not change the password once the database exists", () => {
    const auth = join(server.folder, "home/data/dbms/auth.ini");
    const before = readFileSync(auth, "utf8");
    assert.equal(server.run("neo4j-initial-password").status, 0);
    assert.equal(readFileSync(auth, "utf8"), before);
  });
});
