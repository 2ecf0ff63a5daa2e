import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../../components/model/cloud";
import { deployApe } from "../../stacks/ape";
import type { StackPlan } from "../../stacks/plan";
import { TIERS } from "../../stacks/tiers";
import { record, type Recorded } from "../../planning/record";
import { CELLS, planCell, type Cell } from "../support/cells";
import { DATA, NODES } from "../support/data-services";

const RUNTIMES = {
  "an existing cluster": { apiRuntime: "kubernetes", kubernetesCidrs: ["10.8.0.0/14"], kubeconfig: "given" },
  "a new cluster": { apiRuntime: "kubernetes", kubernetesCluster: "new" },
};

const ZONES: Readonly<Record<Cloud, string>> = { aws: "Z0123456789ABCDEFGHIJ", gcp: "example-com" };
/** Load balancers, addresses, certificates and DNS records. */
const ADDRESS = /^(aws:(lb\/loadBalancer|acm|route53)|gcp:(compute\/(globalAddress|managedSslCertificate)|dns))/;

describe("another runtime of the API", function () {
  for (const cell of CELLS.filter(isUsual)) {
    it(`changes nothing of the data services: ${cell.name}`, async () => {
      const before = await resources(planCell(cell));
      const data = before.filter(({ urn }) => DATA.test(urn) || (NODES.test(urn) && !hostsApi(cell)));
      assert.ok(data.length > 20, String(data.length));
      for (const [name, values] of Object.entries(RUNTIMES)) {
        const after = await resources(planCell(cell, values));
        data.forEach((resource) => {
          const same = after.find(({ urn }) => urn === resource.urn);
          assert.deepEqual(essence(same), essence(resource), `${name}: ${resource.urn}`);
        });
        const ofData = (all: readonly Recorded[]): number => all.filter(({ urn }) => DATA.test(urn)).length;
        assert.equal(ofData(after), ofData(before), name);
        if (hostsApi(cell)) {
          assertSameNode(before, after);
        }
      }
    });

    it(`keeps the address that clients use when the stack creates the cluster: ${cell.name}`, async () => {
      const settings = { apiDomain: "api.example.com", apiDnsZone: ZONES[cell.cloud], apiCertificate: "managed" };
      const [before, after] = await Promise.all(
        [settings, { ...settings, ...RUNTIMES["a new cluster"] }].map((values) => resources(planCell(cell, values))),
      );
      const address = before!.filter(({ type }) => ADDRESS.test(type));
      assert.ok(address.length >= 2);
      address.forEach((resource) => {
        assert.deepEqual(essence(after!.find(({ urn }) => urn === resource.urn)), essence(resource), resource.urn);
      });
    });
  }
});

/** Whether the cell has the default availability of its tier. */
function isUsual({ tier, highlyAvailable }: Cell): boolean {
  return highlyAvailable === TIERS[tier].highAvailability;
}

/** Checks the inputs whose change would replace the node that the API has left. Its size and labels change in place. */
function assertSameNode(before: readonly Recorded[], after: readonly Recorded[]): void {
  const node = (all: readonly Recorded[]): Recorded =>
    all.find(({ type }) => /(ec2|compute)\/instance:Instance$/.test(type))!;
  const [old, current] = [node(before), node(after)];
  assert.equal(current.urn, old.urn);
  for (const input of [
    "privateIp",
    "networkInterfaces",
    "userData",
    "metadata",
    "subnetId",
    "zone",
    "ami",
    "bootDisk",
  ]) {
    assert.deepEqual(plain(current.inputs[input]), plain(old.inputs[input]), input);
  }
}

/** Whether the API runs on the node of the data services. */
function hostsApi({ placement, highlyAvailable }: Cell): boolean {
  return placement === "packed" && !highlyAvailable;
}

async function resources(plan: StackPlan): Promise<readonly Recorded[]> {
  const recording = await record(() => deployApe(plan, { kubeconfig: pulumi.secret("none") }), {
    project: "ape-deploy",
    organization: "organization",
    stack: "test",
    preview: false,
    computed: ({ type, inputs }) =>
      type === "random:index/randomPassword:RandomPassword"
        ? { result: "x".repeat((inputs as { length: number }).length) }
        : {},
  });
  return recording.resources;
}

/** The inputs that the engine compares, and the protection. */
function essence(resource: Recorded | undefined): object | undefined {
  return resource && { inputs: resource.inputs, protect: resource.protect, retainOnDelete: resource.retainOnDelete };
}

/** An input without labels, which name the services that a node hosts. */
function plain(input: unknown): unknown {
  return JSON.parse(JSON.stringify(input ?? null, (key, value: unknown) => (key === "labels" ? undefined : value)));
}
