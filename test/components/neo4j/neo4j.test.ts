import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { neo4jConfiguration } from "../../../components/neo4j/configuration";
import { neo4jEndpoints } from "../../../components/neo4j/endpoints";
import type { Neo4jArgs } from "../../../components/neo4j/args";
import { planNeo4j } from "../../../components/neo4j/plan";
import { VERSIONS, type VersionName } from "../../../components/neo4j/version";
import type { Placed } from "../../../components/model/role";
import { planFrom } from "../../../planning/plan";
import { CLUSTER, placed, settings, SINGLE } from "./fixtures";

describe("Neo4j's roles", () => {
  it("are one server, or three connected servers in three zones", () => {
    assert.deepEqual(
      planNeo4j(SINGLE).map((role) => [role.name, role.zone]),
      [["neo4j-1", 0]],
    );
    assert.deepEqual(
      planNeo4j(CLUSTER).map((role) => [role.name, role.zone]),
      [
        ["neo4j-1", 0],
        ["neo4j-2", 1],
        ["neo4j-3", 2],
      ],
    );
    const ports = (args: Neo4jArgs, from: string): number[] =>
      planNeo4j(args)[0]!
        .listens.filter((listen) => listen.from.includes(from as "api"))
        .map(({ port }) => port);
    assert.deepEqual(ports(SINGLE, "api"), [7687, 7473]);
    assert.deepEqual(ports(SINGLE, "neo4j"), []);
    assert.deepEqual(ports(CLUSTER, "neo4j"), [7687, 6000, 7000, 7688]);
  });

  it("require heap, page cache and JVM overhead", () => {
    assert.deepEqual(planNeo4j(SINGLE)[0]!.needs, {
      vcpu: 3,
      memGiB: 8.4,
      memoryFor: "heap 4, page cache 4, JVM 0.4",
    });
  });

  it("are rejected with the calculation if the configured instance type is too small", () => {
    assert.throws(
      () => planFrom("prod", ["overrides.neo4j.heapGiB=20", "overrides.neo4j.instanceType=m5.xlarge"]),
      /neo4j-1 needs 27\.56 GiB \(24\.4 \(heap 20, page cache 4, JVM 0\.4\) \+ 0\.4 for the OS, .*; m5\.xlarge has 16/,
    );
  });

  it("contain no password, and none on a command line", () => {
    const [self] = placed(CLUSTER) as [Placed];
    const provision = self.role.provision(self, placed(CLUSTER));
    const password = provision.files.filter((file) => file.content.includes("@{neo4j-api/password}"));
    assert.deepEqual(
      password.map((file) => [file.path, file.mode, file.owner]),
      [["/etc/neo4j/initial.password", "0400", "neo4j:neo4j"]],
    );
    assert.doesNotMatch(JSON.stringify([provision.prepare, provision.health]), /@\{/);
  });

  it("accept only the licence that the user accepted", () => {
    const answer = (licence: Neo4jArgs["licence"], edition: Neo4jArgs["edition"]): string | undefined => {
      const [self] = placed({ ...CLUSTER, licence, edition }) as [Placed];
      return self.role.provision(self, [self]).files.find((file) => file.path.includes("debconf"))?.content;
    };
    assert.match(answer("commercial", "enterprise")!, /Accept commercial license/);
    assert.match(answer("evaluation", "enterprise")!, /Accept evaluation license/);
    assert.equal(answer("none", "community"), undefined);
  });

  it("have endpoints at fixed addresses", () => {
    assert.deepEqual(neo4jEndpoints(placed(CLUSTER)), {
      uri: "neo4j://10.60.16.80:7687",
      members: ["10.60.16.80:7687", "10.60.17.81:7687", "10.60.18.82:7687"],
      driver: { maxTransactionRetrySeconds: 60 },
    });
  });
});

describe("a cluster's three files", () => {
  for (const version of Object.keys(VERSIONS) as VersionName[]) {
    it(`agree with each other (${version})`, () => {
      const members = placed(CLUSTER);
      const files = members.map((self) => settings(neo4jConfiguration({ ...CLUSTER, version, self, members })));
      const endpoints = files.map((file) => file.get(VERSIONS[version].endpointsSetting));
      assert.equal(new Set(endpoints).size, 1);
      assert.equal(endpoints[0], "neo4j-1.ape.internal:6000,neo4j-2.ape.internal:6000,neo4j-3.ape.internal:6000");
      files.forEach((file, index) => {
        assert.equal(file.get("initial.dbms.default_primaries_count"), "3");
        assert.equal(file.get("server.cluster.advertised_address"), `neo4j-${index + 1}.ape.internal:6000`);
        assert.equal(file.get("dbms.ssl.policy.cluster.client_auth"), "REQUIRE");
        assert.equal(file.get("server.bolt.tls_level"), "REQUIRED");
        assert.equal(file.get("server.http.enabled"), "false");
      });
    });
  }

  it("a single Enterprise server binds its cluster ports to loopback", () => {
    const [self] = placed({ ...CLUSTER, members: 1 }) as [Placed];
    const file = settings(neo4jConfiguration({ ...CLUSTER, version: "5.26", self, members: [self] }));
    assert.equal(file.get("server.cluster.listen_address"), "127.0.0.1:6000");
    assert.equal(file.get("server.cluster.raft.listen_address"), "127.0.0.1:7000");
  });
});

describe("Enterprise settings of calendar versions", () => {
  it("are in that version's manual", () => {
    const list = (name: string): Set<string> =>
      new Set(readFileSync(join(__dirname, `neo4j-enterprise-settings-${name}.txt`), "utf8").split("\n"));
    const members = placed(CLUSTER);
    const names = (version: VersionName): string[] => [
      ...settings(neo4jConfiguration({ ...CLUSTER, version, self: members[0]!, members })).keys(),
    ];
    const enterpriseOf = (version: VersionName): string[] =>
      names(version).filter((name) => /^(initial\.|dbms\.cluster|server\.(cluster|backup|metrics))/.test(name));
    enterpriseOf("5.26").forEach((name) => assert.ok(list("5.26").has(name), name));
    enterpriseOf("2026").forEach((name) => assert.ok(list("2026").has(name), name));
    assert.ok(!list("5.26").has(VERSIONS["2026"].endpointsSetting));
  });
});
