import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiPlanArgs } from "../../../components/api/args";
import { haproxyConfiguration, ON_NODE } from "../../../components/api/haproxy";
import { UPSTREAM_FILE } from "../../../components/api/slots";
import { localConfiguration, nginxFolder, refusedByNginx, removeFolder } from "../../../rehearsal/system/local-nginx";
import { CELLS, planCell } from "../../support/cells";
import { containersPerNode, planApi, planApiGroup } from "../../../components/api/plan";
import { TLS } from "../../../components/model/tls";
import { authorityCertificate } from "../../../components/pki/authority";
import { onPath } from "../../support/programs";

const HOSTS = [
  { name: "timescaledb-1", address: "10.60.16.48" },
  { name: "timescaledb-2", address: "10.60.17.49" },
];

const TIMESCALEDB = {
  shards: [HOSTS],
  database: "ape",
  poolPort: 6432,
  secret: "timescaledb-api",
};
const PATRONI = { patroniPort: 8008 };

const API: ApiPlanArgs = {
  cloud: "aws",
  releaseBucket: "ape-test-bootstrap-1a2b3c4d",
  containers: 4,
  workersPerContainer: 4,
  container: { memGiB: 0.75, cpus: 1 },
  maxContainers: 10,
  targetCpuPercent: 70,
  zones: 3,
  spotPercent: 0,
  secrets: ["redis-api"],
  backends: () => ({
    timescaledb: { ...TIMESCALEDB, ...PATRONI },
    neo4j: { uri: "neo4j://10.60.16.80:7687", members: ["10.60.16.80:7687"], secret: "neo4j-api" },
    redis: { sentinels: ["10.60.16.112:26379"], masterName: "ape", cluster: [], secret: "redis-api" },
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

  it("is sized by its containers and what serves them", () => {
    // Two containers that serve, one that a release starts, and 0.25 GiB for nginx, HAProxy and podman.
    assert.deepEqual(planApi(API).needs, { vcpu: 2, memGiB: 2.5 });
    assert.equal(planApiGroup(API, families).machine.name, "t3a.medium");
    assert.equal(containersPerNode(API), 2);
  });

  it("leaves the image to the release, and has no secret value in any file", () => {
    const { files, units } = planApi(API).provision({ role: planApi(API), node: "api" }, []);
    assert.deepEqual(units, [
      "haproxy.service",
      "ape-api.target",
      "nginx.service",
      "ape-api-release.timer",
      "ape-api-release.service",
    ]);
    assert.equal(
      files.find((file) => file.path === "/var/lib/ape/api/upstream.conf")!.content,
      "server 127.0.0.1:8001 max_fails=3 fail_timeout=30s;\nserver 127.0.0.1:8003 max_fails=3 fail_timeout=30s;\n",
    );
    assert.equal(files.filter(({ content }) => content.includes("registry.example.com")).length, 0);
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
    folder = nginxFolder();
    writeFileSync(
      join(folder, "ca.crt"),
      authorityCertificate({ seed: "s".repeat(48), name: "ape-test", from: "2026-01-01" }),
    );
  });
  after(() => removeFolder(folder));

  for (const cell of CELLS) {
    const plan = planCell(cell);
    const role = plan.apiGroup?.role ?? plan.placed.find((placed) => placed.role.service === "api")!.role;
    const { files } = role.provision({ role, node: role.name }, plan.placed);
    const content = (path: string): string => files.find((file) => file.path === path)!.content;

    it(`nginx accepts its files of ${cell.name}`, function () {
      if (!onPath(this, "nginx")) return;
      const upstream = join(folder, "upstream.conf");
      writeFileSync(upstream, content(UPSTREAM_FILE));
      const path = join(folder, "nginx.conf");
      writeFileSync(
        path,
        localConfiguration(content("/etc/nginx/nginx.conf"), folder).replace(UPSTREAM_FILE, upstream),
      );
      assert.equal(refusedByNginx(path), "");
    });
  }

  for (const patroni of [true, false]) {
    it(`HAProxy accepts its file ${patroni ? "with Patroni and two shards" : "for a single database"}`, function () {
      if (!onPath(this, "haproxy")) return;
      const path = join(folder, "haproxy.cfg");
      const content = haproxyConfiguration(
        patroni
          ? { ...TIMESCALEDB, ...PATRONI, shards: [HOSTS, HOSTS] }
          : { ...TIMESCALEDB, shards: [HOSTS.slice(0, 1)] },
        ON_NODE,
      );
      writeFileSync(
        path,
        content
          .replace(/timescaledb-\d:/g, "localhost:") // nodes resolve the hosts' names
          .replaceAll(TLS.ca, join(folder, "ca.crt"))
          .replaceAll("/run/haproxy/admin.sock", join(folder, "admin.sock")),
      );
      const { status, stdout, stderr } = spawnSync("haproxy", ["-c", "-f", path]);
      assert.equal(status, 0, stdout.toString() + stderr.toString());
      assert.doesNotMatch(stderr.toString(), /WARNING/);
    });
  }
});
