import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { haproxyConfiguration } from "../../../components/api/backends";
import { nginxConfiguration } from "../../../components/api/nginx";
import { containersPerNode, planApi, planApiGroup, type ApiArgs } from "../../../components/api/plan";
import { TLS } from "../../../components/node/bootstrap/bundle";
import { authorityCertificate, issue } from "../../../components/pki/authority";
import { onPath } from "../../support/programs";

const HOSTS = [
  { name: "timescaledb-1", address: "10.60.16.48" },
  { name: "timescaledb-2", address: "10.60.17.49" },
];

const API: ApiArgs = {
  cloud: "aws",
  image: "registry.example.com/ape/api:1.0.0",
  containers: 4,
  workersPerContainer: 4,
  container: { memGiB: 0.75, cpus: 1 },
  maxContainers: 10,
  targetCpuPercent: 70,
  zones: 3,
  spotPercent: 0,
  secrets: ["redis-api"],
  backends: () => ({
    timescaledb: { shards: [HOSTS], database: "ape", patroni: true },
    neo4j: { uri: "neo4j://10.60.16.80:7687", members: ["10.60.16.80:7687"] },
    redis: { sentinels: ["10.60.16.112:26379"], masterName: "ape", cluster: [] },
  }),
};

describe("the API's scaling group", () => {
  const families = { cloud: "aws", families: ["t3a", "c6a"] } as const;

  for (const [containers, zones, perNode, minNodes, maxNodes] of [
    [1, 1, 1, 1, 10],
    [1, 3, 1, 2, 10],
    [2, 3, 1, 2, 10],
    [4, 1, 4, 1, 3],
    [4, 3, 2, 2, 5],
    [8, 3, 3, 3, 4],
    [12, 3, 4, 3, 3],
  ] as const) {
    it(`${containers} containers over ${zones} zones: ${minNodes} to ${maxNodes} nodes of ${perNode}`, () => {
      const group = planApiGroup({ ...API, containers, zones }, families);
      assert.deepEqual([group.containersPerNode, group.minNodes, group.maxNodes], [perNode, minNodes, maxNodes]);
      assert.ok(group.minNodes * group.containersPerNode >= containers);
    });
  }

  it("is dimensioned by its containers and what serves them", () => {
    assert.deepEqual(planApi(API).needs, { vcpu: 2, memGiB: 1.75 });
    assert.equal(planApiGroup(API, families).machine.name, "t3a.medium");
    assert.equal(containersPerNode(API), 2);
  });

  it("brings one unit a container, and no secret in any file", () => {
    const { files, units } = planApi(API).provision({ role: planApi(API), node: "api" }, []);
    assert.deepEqual(units, [
      "haproxy.service",
      "ape-api-1.service",
      "ape-api-2.service",
      "ape-api.target",
      "nginx.service",
    ]);
    const environment = files.find((file) => file.path === "/etc/ape/api.env")!;
    assert.equal(environment.mode, "0600");
    assert.match(environment.content, /^REDIS_PASSWORD=@\{redis-api\/password\}$/m);
    assert.match(environment.content, /^REDIS_MASTER_NAME=ape$/m);
    assert.doesNotMatch(environment.content, /REDIS_URL/);
  });
});

describe("what serves the API", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "ape-api-"));
    const authority = { seed: "s".repeat(48), name: "ape-test", from: "2026-01-01" };
    const { certificate, key } = issue(authority, { name: "api", dnsNames: ["api"], addresses: [] });
    writeFileSync(join(folder, "ca.crt"), authorityCertificate(authority));
    writeFileSync(join(folder, "node.crt"), certificate);
    writeFileSync(join(folder, "node.key"), key);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The file as rendered, but for where the node's certificates and run-time files are. */
  const local = (content: string): string =>
    content
      .replaceAll(TLS.ca, join(folder, "ca.crt"))
      .replaceAll(TLS.certificate, join(folder, "node.crt"))
      .replaceAll(TLS.key, join(folder, "node.key"))
      .replaceAll("/run/haproxy/admin.sock", join(folder, "admin.sock"))
      .replace("/run/nginx.pid", join(folder, "nginx.pid"));

  for (const containers of [1, 2, 3, 4]) {
    it(`nginx accepts its file for ${containers} containers`, function () {
      if (!onPath(this, "nginx")) return;
      const path = join(folder, "nginx.conf");
      // HTTP/2 has its own directive since nginx 1.25; older ones are told so on the listen line.
      const modern = !/nginx\/1\.(1\d|2[0-4])\./.test(spawnSync("nginx", ["-v"]).stderr.toString());
      const content = local(nginxConfiguration(containers));
      writeFileSync(
        path,
        modern ? content : content.replace("    http2 on;\n", "").replace("8443 ssl;", "8443 ssl http2;"),
      );
      const { status, stderr } = spawnSync("nginx", ["-t", "-c", path]);
      assert.equal(status, 0, stderr.toString());
      assert.equal(content.match(/server 127\.0\.0\.1:80\d\d max_fails=3 fail_timeout=30s;/g)?.length, containers);
    });
  }

  for (const patroni of [true, false]) {
    it(`HAProxy accepts its file ${patroni ? "with Patroni and two shards" : "for a single database"}`, function () {
      if (!onPath(this, "haproxy")) return;
      const path = join(folder, "haproxy.cfg");
      const content = local(
        haproxyConfiguration({ shards: patroni ? [HOSTS, HOSTS] : [HOSTS.slice(0, 1)], database: "ape", patroni }),
      );
      writeFileSync(path, content);
      const { status, stdout, stderr } = spawnSync("haproxy", ["-c", "-f", path]);
      assert.equal(status, 0, stdout.toString() + stderr.toString());
      assert.doesNotMatch(stderr.toString(), /WARNING/);
    });
  }
});
