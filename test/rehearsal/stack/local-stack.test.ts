import assert from "node:assert/strict";
import { REQUEST_KEY, STATUS_PREFIX } from "../../../components/model/bootstrap-keys";
import { CLOUDS } from "../../../components/model/cloud";
import { SERVICES } from "../../../components/model/role";
import { planFrom, planResources } from "../../../planning/plan";
import { allowed } from "../../../rehearsal/cloud/server";
import { s3Action } from "../../../rehearsal/cloud/aws";
import { isolationRules, firewallRules } from "../../../rehearsal/network/firewall";
import type { Host, LocalStack } from "../../../rehearsal/stack/local-stack";
import { localStack } from "../../../rehearsal/stack/plan";

const INSTANCE = { aws: "aws:ec2/instance:Instance", gcp: "gcp:compute/instance:Instance" };
const SETTINGS = { aws: [], gcp: ["cloud=gcp", "account=acme-ape-prod"] };

describe("a stack on one machine", function () {
  for (const cloud of CLOUDS) {
    describe(cloud, () => {
      const plan = planFrom("prod", SETTINGS[cloud]);
      let stack: LocalStack;
      before(async () => (stack = await localStack(plan, "seed")));

      it("has the plan's nodes, with their addresses, memory and disks", () => {
        const instances = stack.hosts.filter(({ services }) => !services.includes("api"));
        assert.deepEqual(
          instances
            .map(({ name, address, memGiB, disks }) => [name, address, memGiB, disks.map((disk) => disk.name)])
            .sort(),
          plan.nodes
            .map(({ name, address, machine, roles }) => [
              name,
              address,
              machine.memGiB,
              roles.filter(({ role }) => role.disk !== undefined).map(({ role }) => `${role.name}-data`),
            ])
            .sort(),
        );
      });

      it("has an API host in each zone and starts the group's minimum", () => {
        const members = stack.hosts.filter(({ services }) => services.includes("api"));
        assert.equal(new Set(members.map(({ zone }) => zone)).size, 3);
        assert.equal(members.filter(({ starts }) => starts).length, plan.apiGroup!.minNodes);
        assert.ok(members.every(({ memGiB }) => memGiB === plan.apiGroup!.machine.memGiB));
      });

      it("gives every node the user data of its planned instance", async () => {
        const { resources } = await planResources(plan);
        const planned = new Map(resources.map(({ type, name, inputs }) => [`${type} ${name}`, inputs]));
        for (const { name, userData, services } of stack.hosts.filter((host) => !host.services.includes("api"))) {
          const inputs = planned.get(`${INSTANCE[cloud]} ${name}`)!;
          const metadata = inputs.metadata as Record<string, string> | undefined;
          assert.equal(userData, inputs.userData ?? metadata?.["startup-script"], services.join());
        }
      });

      it("allows the roles' flows between hosts and nothing else", () => {
        for (const to of stack.hosts) {
          for (const from of stack.hosts) {
            const ports = to.ingress
              .filter(({ peers }) => peers.includes(`${from.address}/32`))
              .map((permit) => permit.ports.from);
            const declared = plan.flows
              .filter((flow) => from.services.includes(flow.from) && to.services.includes(flow.to))
              .map(({ port }) => port);
            assert.deepEqual([...new Set(ports)].sort(), [...new Set(declared)].sort(), `${from.name} to ${to.name}`);
          }
        }
      });

      it("lets each host read only its own bootstrap and secrets", () => {
        const bucket = stack.buckets.find((name) => name.includes("bootstrap"))!;
        for (const host of stack.hosts.filter(({ services }) => !services.includes("api"))) {
          for (const other of stack.hosts) {
            const same = host === other;
            assert.equal(allowed(host, "get", bucket, `nodes/${other.name}`), same);
            assert.equal(allowed(host, "secret", `ape-prod-node-${other.name}`), same);
          }
        }
      });

      it("contains the objects and secrets that hosts read at boot", () => {
        const keys = stack.objects.map(({ key }) => key);
        const secrets = stack.secrets.map(({ name }) => name);
        for (const { permissions, name } of stack.hosts) {
          for (const { action, on, prefix, exact } of permissions) {
            if (action === "secret") {
              assert.ok(secrets.includes(on), `${name}: ${on}`);
            } else if (action === "get" && exact && prefix !== REQUEST_KEY && !prefix.startsWith(STATUS_PREFIX)) {
              assert.ok(keys.includes(prefix), `${name}: ${prefix}`);
            }
          }
        }
      });

      it("has the same secrets with the same seed and others with another", async () => {
        assert.deepEqual((await localStack(plan, "seed")).secrets, stack.secrets);
        const others = new Set((await localStack(plan, "another")).secrets.map(({ value }) => value));
        assert.ok(stack.secrets.every(({ value }) => !others.has(value)));
      });

      it("hosts every service", () => {
        assert.deepEqual(
          SERVICES.filter((service) => !stack.hosts.some(({ services }) => services.includes(service))),
          [],
        );
      });
    });
  }
});

describe("the rehearsal's firewall", () => {
  const host: Pick<Host, "ingress" | "egress"> = {
    ingress: [{ peers: ["10.0.0.1/32", "10.0.0.1/32", "10.0.0.2/32"], ports: { from: 6379, to: 6379 } }],
    egress: [{ peers: ["0.0.0.0/0"], ports: { from: 443, to: 444 } }],
  };

  it("allows planned traffic, without duplicates, and drops the rest", () => {
    const rules = firewallRules(host);
    assert.match(rules, /hook input priority filter; policy drop;/);
    assert.match(rules, /hook output priority filter; policy drop;/);
    assert.match(rules, /ip saddr \{ 10\.0\.0\.1\/32, 10\.0\.0\.2\/32 \} tcp dport 6379 accept/);
    assert.match(rules, /ip daddr \{ 0\.0\.0\.0\/0 \} tcp dport 443-444 accept/);
  });

  it("isolates established connections too", () => {
    const rules = isolationRules(["10.0.0.1"]);
    assert.doesNotMatch(rules, /established/);
    assert.match(rules, /ip daddr \{ 169\.254\.0\.0\/16, 10\.0\.0\.1 \} accept/);
  });
});

describe("the operation of an S3 request", () => {
  const at = (method: string, url: string, host: string): ReturnType<typeof s3Action> =>
    s3Action({ method, url, headers: { host } }, "us-east-1");

  for (const [method, url, host, expected] of [
    ["GET", "/b/redis/1.rdb", "s3.us-east-1.amazonaws.com", { action: "get", bucket: "b", key: "redis/1.rdb" }],
    ["HEAD", "/redis/1.rdb", "b.s3.us-east-1.amazonaws.com", { action: "get", bucket: "b", key: "redis/1.rdb" }],
    ["PUT", "/b/a%20b", "s3.us-east-1.amazonaws.com", { action: "put", bucket: "b", key: "a b" }],
    ["DELETE", "/b/k", "s3.us-east-1.amazonaws.com", { action: "delete", bucket: "b", key: "k" }],
    [
      "GET",
      "/b?list-type=2&prefix=redis%2F",
      "s3.us-east-1.amazonaws.com",
      { action: "list", bucket: "b", key: "redis/" },
    ],
    ["POST", "/?delete", "b.s3.us-east-1.amazonaws.com", { action: "delete", bucket: "b", key: "" }],
  ] as const) {
    it(`${method} ${host}${url}`, () => assert.deepEqual(at(method, url, host), expected));
  }
});

describe("permissions", () => {
  const host: Pick<Host, "permissions"> = {
    permissions: [
      { action: "get", on: "b", prefix: "nodes/redis-1", exact: true },
      { action: "put", on: "b", prefix: "redis/", exact: false },
    ],
  };

  it("match one object if exact, otherwise a prefix", () => {
    assert.ok(allowed(host, "get", "b", "nodes/redis-1"));
    assert.ok(!allowed(host, "get", "b", "nodes/redis-10"));
    assert.ok(!allowed(host, "get", "c", "nodes/redis-1"));
    assert.ok(allowed(host, "put", "b", "redis/1.rdb"));
    assert.ok(!allowed(host, "get", "b", "redis/1.rdb"));
  });
});
