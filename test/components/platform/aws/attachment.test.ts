import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { machineType } from "../../../../components/model/machine-types";
import { NETWORK, deploy, only } from "./stack";

const ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment";
const NODE = {
  zone: 0,
  machine: machineType("aws", "t3a.medium")!,
  address: "10.60.16.200",
  services: ["redis"],
  userData: "#!/bin/bash\n",
  secrets: [],
  grants: [],
} as const;

class Component extends pulumi.ComponentResource {}

/** Attaches a disk of "redis" in the stack "ape" to a node whose parent is one of the two. */
async function attach(under: "redis" | "ape", slot: number): ReturnType<typeof deploy> {
  return deploy((platform, opts) => {
    platform.foundation(opts);
    const network = platform.network(NETWORK, opts);
    const ape = new Component("ape:stack:Ape", "ape", {}, { providers: [platform.provider] });
    const redis = new Component("ape:redis:Redis", "redis", {}, { parent: ape });
    const disk = platform.disk({ name: "redis-1", service: "redis", zone: 0, sizeGiB: 10 }, { parent: redis });
    const member = new Component("ape:node:Member", "n", {}, { parent: { ape, redis }[under] });
    const node = platform.node({ ...NODE, name: "n" }, network, { parent: member });
    const { __aliases } = disk.attachTo(node, slot) as unknown as { readonly __aliases: pulumi.Output<string>[] };
    pulumi.all(__aliases).apply((urns) => aliases.splice(0, aliases.length, ...urns));
  });
}

const aliases: string[] = [];
const URN = "urn:pulumi:test::test::ape:stack:Ape$";

describe("an attachment of a data disk on AWS", () => {
  for (const under of ["redis", "ape"] as const) {
    it(`belongs to the disk's owner, on a node of ${under}`, async () => {
      const [attachment, ...others] = only(await attach(under, 2), ATTACHMENT);
      assert.deepEqual(others, []);
      assert.equal(attachment!.urn, `${URN}ape:redis:Redis$${ATTACHMENT}::redis-1`);
      assert.ok(attachment!.deleteBeforeReplace);
      assert.deepEqual(attachment!.inputs, {
        instanceId: "n-id",
        volumeId: "redis-1-data-id",
        deviceName: "/dev/sdh",
      });
    });

    it(`is the one that was a child of its node, with either placement, on a node of ${under}`, async () => {
      await attach(under, 0);
      assert.deepEqual(aliases, [
        `${URN}ape:redis:Redis$ape:node:Member$ape:platform:Node$${ATTACHMENT}::redis-1`,
        `${URN}ape:node:Member$ape:platform:Node$${ATTACHMENT}::redis-1`,
      ]);
    });
  }
});
