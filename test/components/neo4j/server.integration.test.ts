import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NEO4J_ARCHIVE } from "../../../components/neo4j/archive";
import { READMIT_SCRIPT, RESTART_SCRIPT } from "../../../components/neo4j/operations";
import type { Neo4jArgs } from "../../../components/neo4j/args";
import { planNeo4j } from "../../../components/neo4j/plan";
import { DEFAULT_VERSION } from "../../../components/neo4j/version";
import { TLS } from "../../../components/model/tls";
import type { Placed, Provision } from "../../../components/model/role";
import { authorityCertificate, issue } from "../../../components/pki/authority";
import { TIERS } from "../../../stacks/tiers";
import { onPath } from "../../support/programs";
import { CLUSTER, placed } from "./fixtures";
import { neo4jLibraries } from "./home";
import { systemStatements } from "./stubs";

/** An unused loopback address. */
const ADDRESS = "127.0.74.1";
const PASSWORD = "a-Password-of-the-test-1";

const T1: Neo4jArgs = {
  cloud: "aws",
  edition: "community",
  licence: "none",
  members: 1,
  ...TIERS.t1.neo4j,
  version: DEFAULT_VERSION,
  packages: NEO4J_ARCHIVE,
  cpus: 1,
  diskGiB: 40,
  backup: { bucket: "ape-test-backups-1a2b3c4d", retentionDays: 30 },
};

/** T1's files on a real server. All tests share one server, because a start requires ten seconds and 1.4 GiB. */
describe("a Neo4j server with T1's files", function () {
  this.timeout(180_000);
  let folder: string;
  let provision: Provision;
  let environment: NodeJS.ProcessEnv;
  let server: ChildProcess | undefined;
  let log = "";

  /** Content of a node's file, with the node's directories replaced by this folder. */
  const local = (content: string): string =>
    content
      .replaceAll(TLS.ca, join(folder, "ca.crt"))
      .replaceAll(TLS.certificate, join(folder, "node.crt"))
      .replaceAll(TLS.key, join(folder, "node.key"))
      .replaceAll("/usr/share/neo4j/lib", join(environment.NEO4J_LIB!))
      .replaceAll("/usr/local/lib/ape", join(folder, "bin"))
      .replaceAll("/var/lib/neo4j", join(folder, "home"))
      .replaceAll("/var/log/neo4j", join(folder, "log"))
      .replaceAll("/etc/neo4j", join(folder, "conf"))
      .replaceAll("@{neo4j-api/password}", PASSWORD);

  const run = (script: string, ...args: string[]): { status: number | null; output: string } => {
    const { status, stdout, stderr } = spawnSync("bash", [join(folder, "bin", script), ...args], { env: environment });
    return { status, output: stdout.toString() + stderr.toString() };
  };
  const query = (statement: string): unknown[][] => {
    const { status, output } = run("neo4j-ask", "query", statement);
    assert.equal(status, 0, output);
    return (JSON.parse(output) as { data: { values: unknown[][] } }).data.values;
  };

  before(async function () {
    for (const program of ["java", "curl", "jq"]) if (!onPath(this, program)) return;
    const libraries = await neo4jLibraries(this);
    folder = mkdtempSync(join(tmpdir(), "ape-neo4j-server-"));
    environment = {
      ...process.env,
      NEO4J_LIB: libraries,
      NEO4J_HOME: join(folder, "home"),
      NEO4J_CONF: join(folder, "conf"),
    };
    for (const name of ["home/data", "home/plugins", "home/import", "home/run", "log", "conf/trusted", "bin"]) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    const authority = { seed: "s".repeat(48), name: "ape-test", from: "2026-01-01" };
    const { certificate, key } = issue(authority, {
      name: "neo4j-1",
      dnsNames: ["neo4j-1.ape.internal"],
      addresses: [ADDRESS],
    });
    writeFileSync(join(folder, "ca.crt"), authorityCertificate(authority));
    writeFileSync(join(folder, "node.crt"), certificate);
    writeFileSync(join(folder, "node.key"), key, { mode: 0o640 });
    symlinkSync(join(folder, "ca.crt"), join(folder, "conf/trusted/ca.crt"));
    const self: Placed = { role: planNeo4j(T1)[0]!, node: "neo4j-1", address: ADDRESS };
    provision = self.role.provision(self, [self]);
    // Every node has the name in /etc/hosts; here .curlrc resolves it.
    writeFileSync(join(folder, ".curlrc"), `resolve = "neo4j-1.ape.internal:7473:${ADDRESS}"\n`);
    environment.CURL_HOME = folder;
    for (const { path, content, mode } of provision.files) {
      if (path.startsWith("/etc/neo4j/") || path.startsWith("/usr/local/lib/ape/")) {
        const to = local(path);
        mkdirSync(join(to, ".."), { recursive: true });
        // The package contains the two logging files.
        const kept = local(content)
          .split("\n")
          .filter((line) => !/^server\.logs\.(user\.)?config=/.test(line))
          .join("\n");
        writeFileSync(to, kept, { mode: parseInt(mode ?? "0644", 8) });
      }
    }
    const { status, output } = run("neo4j-initial-password");
    assert.equal(status, 0, output);
    server = spawn(
      "java",
      [
        "-Xmx256m",
        "-cp",
        `${environment.NEO4J_LIB}/*`,
        `-Dbasedir=${environment.NEO4J_HOME}`,
        "-Dapp.name=neo4j",
        "org.neo4j.server.startup.Neo4jCommand",
        "console",
      ],
      { env: environment, detached: true },
    );
    server.stdout!.on("data", (text: Buffer) => (log += text.toString()));
    server.stderr!.on("data", (text: Buffer) => (log += text.toString()));
    const health = provision.health.replaceAll("/usr/local/lib/ape", join(folder, "bin"));
    for (let second = 0; second < 90; second++) {
      if (spawnSync("bash", ["-c", health], { env: environment }).status === 0) return;
      assert.equal(server.exitCode, null, log);
      await sleep(1000);
    }
    assert.fail(`not healthy after 90 s: ${run("neo4j-ask", "query", "RETURN 1").output}\n${log}`);
  });

  after(async () => {
    if (server?.pid !== undefined && server.exitCode === null) {
      process.kill(-server.pid, "SIGTERM");
      await Promise.race([new Promise((resolve) => server!.once("exit", resolve)), sleep(30_000)]);
      if (server.exitCode === null) process.kill(-server.pid, "SIGKILL");
    }
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it("has the tier's memory", () => {
    const setting = (name: string): unknown => query(`SHOW SETTINGS '${name}' YIELD value`)[0]![0];
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
        join(folder, "ca.crt"),
        "-verify_return_error",
        "-verify_ip",
        ADDRESS,
      ],
      { input: "" },
    );
    assert.equal(chain.status, 0, chain.stderr.toString());
    assert.equal(await greeting(Buffer.from("6060B017000004050000000000000000000000000", "hex")), "");
    for (const port of [7474, 6000, 7000, 7688, 6362]) {
      assert.equal(await opens(port), false, String(port));
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
          join(folder, "ca.crt"),
          "-u",
          `neo4j:${wrong}`,
          "-H",
          "content-type: application/json",
          "-d",
          '{"statement":"RETURN 1"}',
          "https://neo4j-1.ape.internal:7473/db/neo4j/query/v2",
        ],
        { env: environment },
      );
      assert.equal(stdout.toString(), "401");
    }
  });

  it("fails where Neo4j fails", () => {
    assert.notEqual(run("neo4j-ask", "query", "NO SUCH STATEMENT").status, 0);
  });

  it("prevents queries from reading the node's files or the cloud's metadata", () => {
    for (const url of ["file:///../conf/neo4j.conf", "http://169.254.169.254/latest/meta-data/"]) {
      const { status, output } = run("neo4j-ask", "query", `LOAD CSV FROM '${url}' AS line RETURN line`);
      assert.notEqual(status, 0, output);
    }
  });

  it("applies its indexes idempotently", () => {
    for (let time = 0; time < 2; time++) {
      const { status, output } = run("neo4j-schema");
      assert.equal(status, 0, output);
    }
    assert.deepEqual(
      query("SHOW INDEXES YIELD name, state, type WHERE type = 'RANGE' RETURN name, state ORDER BY name"),
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
    query(
      `UNWIND range(1, 2000) AS i
       CREATE (:Fact {fact_id: 'f' + i, query_id: 'q' + (i % 20), status: ['open', 'done', 'dropped'][i % 3]})
       CREATE (:Query {query_id: 'q' + i}) CREATE (:Episode {timestamp: i, text: 'e' + i})`,
    );
    query("CALL db.resampleOutdatedIndexes()");
    query("CALL db.awaitIndexes(60)");
    const operators = (statement: string): string => {
      const { status, output } = run("neo4j-ask", "query", `EXPLAIN ${statement}`);
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
    for (const statement of [unsettledServers!, ...readmission]) {
      const { output } = run("neo4j-ask", "system", statement);
      assert.match(output, /Unsupported administration command|no procedure with the name/, `${statement}: ${output}`);
    }
    assert.match(run("neo4j-ask", "system", unsettledDatabases!).output, /"values":\[\[0\]\]/);
    assert.doesNotMatch(run("neo4j-ask", "system", "CORDON SERVERS ALL").output, /Unsupported administration command/);
  });

  it("does not change the password once the database exists", () => {
    const auth = join(folder, "home/data/dbms/auth.ini");
    const before = readFileSync(auth, "utf8");
    assert.equal(run("neo4j-initial-password").status, 0);
    assert.equal(readFileSync(auth, "utf8"), before);
  });

  const opens = (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, ADDRESS, () => (socket.destroy(), resolve(true)));
      socket.on("error", () => resolve(false));
    });

  /** The Bolt port's response to an unencrypted client. */
  const greeting = (bytes: Buffer): Promise<string> =>
    new Promise((resolve) => {
      let answer = "";
      const socket = connect(7687, ADDRESS, () => socket.write(bytes));
      socket.on("data", (data) => (answer += data.toString("hex")));
      socket.on("error", () => resolve(answer));
      socket.on("close", () => resolve(answer));
      socket.setTimeout(5000, () => socket.destroy());
    });
});
