import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { GcpPlatform } from "../../../../components/platform/gcp/platform";
import type { Recorded } from "../../../../planning/record";
import { withMocks } from "../../../support/mocks";
import { CONTEXT, deploy, one, short } from "./stack";

describe("Google Cloud", () => {
  it("is asked for exactly these", async () => {
    const names = (await deploy())
      .filter(({ custom }) => custom)
      .map(({ type, name }) => `${short(type)}: ${name}`)
      .sort();
    assert.deepEqual(names, [
      "compute AttachedDisk: redis-1",
      "compute AttachedDisk: timescaledb-1",
      "compute BackendService: api",
      "compute Disk: redis-1-data",
      "compute Disk: timescaledb-1-data",
      "compute Firewall: api-8443-from-load-balancer",
      "compute Firewall: iap",
      "compute Firewall: out",
      "compute Firewall: out-nothing-else",
      "compute Firewall: out-within",
      "compute Firewall: redis-6379-from-api",
      "compute Firewall: redis-6379-from-redis",
      "compute GlobalAddress: api",
      "compute GlobalForwardingRule: api-http",
      "compute GlobalForwardingRule: api-https",
      "compute HealthCheck: api",
      "compute HealthCheck: api-healing",
      "compute Instance: node-1",
      "compute InstanceTemplate: api",
      "compute Network: network",
      "compute RegionAutoscaler: api",
      "compute RegionInstanceGroupManager: api",
      "compute Router: nat",
      "compute RouterNat: nat",
      "compute SSLCertificate: api",
      "compute SSLPolicy: api",
      "compute Subnetwork: api",
      "compute Subnetwork: data-1",
      "compute Subnetwork: data-2",
      "compute Subnetwork: data-3",
      "compute TargetHttpProxy: api-http",
      "compute TargetHttpsProxy: api-https",
      "compute URLMap: api-http",
      "compute URLMap: api-https",
      "pulumi:providers:gcp: gcp",
      "secretmanager Secret: node-node-1",
      "secretmanager Secret: node-node-2",
      "secretmanager Secret: redis-api",
      "secretmanager SecretIamMember: api-redis-api",
      "secretmanager SecretIamMember: node-1-node-node-1",
      "secretmanager SecretIamMember: node-1-redis-api",
      "secretmanager SecretVersion: node-node-1",
      "secretmanager SecretVersion: node-node-2",
      "secretmanager SecretVersion: redis-api",
      "serviceaccount Account: api",
      "serviceaccount Account: node-1",
      "storage Bucket: backups",
      "storage Bucket: bootstrap",
      "storage Bucket: logs",
      "storage BucketIAMMember: api-bootstrap-bootstrap",
      "storage BucketIAMMember: api-bootstrap-nodes-api",
      "storage BucketIAMMember: api-bootstrap-request.json",
      "storage BucketIAMMember: api-bootstrap-status-api",
      "storage BucketIAMMember: api-bootstrap-status-api.json",
      "storage BucketIAMMember: logs",
      "storage BucketIAMMember: node-1-backups-list",
      "storage BucketIAMMember: node-1-backups-redis",
      "storage BucketIAMMember: node-1-backups-timescaledb",
      "storage BucketIAMMember: node-1-bootstrap-bootstrap",
      "storage BucketIAMMember: node-1-bootstrap-nodes-node-1",
      "storage BucketIAMMember: node-1-bootstrap-request.json",
      "storage BucketIAMMember: node-1-bootstrap-status-node-1",
      "storage BucketIAMMember: node-1-bootstrap-status-node-1.json",
      "storage BucketObject: node-1-current",
    ]);
  });

  it("keeps each resource below its component", async () => {
    const resources = await deploy({ balancer: { clientCidrs: ["192.0.2.0/24"] } });
    const shared = await deploy({ shared: true });
    const kinds = (registered: readonly Recorded[]): string[] =>
      registered
        .filter(({ type }) => type.startsWith("gcp:"))
        .map(({ type, parent }) => `${parent.split("::")[2]!.split(/[$:]/).at(-1)} > ${short(type)}`);
    assert.deepEqual([...new Set([...kinds(resources), ...kinds(shared)])].sort(), [
      "Bucket > storage Bucket",
      "Bucket > storage BucketIAMMember",
      ...["HealthCheck", "InstanceTemplate", "RegionAutoscaler", "RegionInstanceGroupManager"].map(
        (type) => `Group > compute ${type}`,
      ),
      "Group > secretmanager SecretIamMember",
      "Group > serviceaccount Account",
      "Group > storage BucketIAMMember",
      ...["BackendService", "GlobalAddress", "GlobalForwardingRule", "HealthCheck", "InstanceGroup"].map(
        (type) => `LoadBalancer > compute ${type}`,
      ),
      ...["SSLCertificate", "SSLPolicy", "SecurityPolicy", "TargetHttpProxy", "TargetHttpsProxy", "URLMap"].map(
        (type) => `LoadBalancer > compute ${type}`,
      ),
      ...["Firewall", "Network", "Router", "RouterNat", "Subnetwork"].map((type) => `Network > compute ${type}`),
      "Node > compute Instance",
      "Node > secretmanager SecretIamMember",
      "Node > serviceaccount Account",
      "Node > storage BucketIAMMember",
      "Root > compute AttachedDisk",
      "Root > compute Disk",
      "Root > secretmanager Secret",
      "Root > secretmanager SecretVersion",
      "Root > storage BucketObject",
    ]);
  });

  it("passes a component's options on to its children", async () => {
    const resources = await deploy({ opts: { protect: true }, context: { protectData: false } });
    const root = resources.find(({ type }) => type === "test:stack:Root")!;
    const held = resources.filter(({ type }) => type !== root.type && !type.startsWith("pulumi:providers:"));
    const free = held.filter(({ protect }) => !protect).map(({ type, name }) => `${short(type)}: ${name}`);
    // Resources that hold data are protected by the config. A disk's attachments get the disk's options.
    assert.deepEqual(free.sort(), [
      "compute AttachedDisk: redis-1",
      "compute AttachedDisk: timescaledb-1",
      "compute Disk: redis-1-data",
      "compute Disk: timescaledb-1-data",
      "secretmanager Secret: redis-api",
      "secretmanager SecretVersion: redis-api",
      "storage Bucket: backups",
    ]);
  });

  describe("its project", () => {
    for (const [account, expected] of [
      ["ape-production", "ape-production"],
      ["", undefined],
    ] as const) {
      it(`is ${expected ?? "that of the credentials"}`, async () => {
        const inputs = one(await deploy({ context: { account } }), "pulumi:providers:gcp", "gcp");
        assert.deepEqual([inputs.region, inputs.project], ["us-central1", expected]);
      });
    }
  });

  it("is not called while the program runs", async () => {
    // Pulumi drops the refusal's words on their way through its mocks.
    await assert.rejects(
      withMocks(() => pulumi.runtime.invoke("gcp:compute/getZones:getZones", {}), { preview: true }),
    );
    const resources = await withMocks(() => new GcpPlatform(CONTEXT), { preview: true });
    assert.deepEqual(
      resources.map(({ name }) => name),
      ["gcp"],
    );
  });
});
