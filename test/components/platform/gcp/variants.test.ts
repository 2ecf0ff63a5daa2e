import assert from "node:assert/strict";
import { SECRET } from "../../../../planning/record";
import type { Recorded } from "../../../../planning/record";
import { all, deploy, PLAINTEXT, short, type Changes } from "./stack";

const KEY = "projects/ape-production/locations/us-central1/keyRings/ape/cryptoKeys/data";

const VARIANTS: Readonly<Record<string, Changes>> = {
  "a group": {},
  "a group with spot, a key and known clients": {
    context: { kmsKey: KEY },
    group: { spotPercent: 50 },
    balancer: { clientCidrs: ["192.0.2.0/24"], certificate: "ape" },
  },
  "shared nodes without NAT": { shared: true, network: { nat: "none" } },
  "another stack's longest name, in a region of long names": {
    context: {
      prefix: "ape-abcdefghij1234567890",
      region: "northamerica-northeast1",
      zones: ["a", "b", "c"].map((zone) => `northamerica-northeast1-${zone}`),
    },
    shared: true,
  },
};

describe("Google Cloud", () => {
  for (const [name, changes] of Object.entries(VARIANTS)) {
    describe(`with ${name}`, () => {
      let resources: Recorded[];
      before(async () => (resources = await deploy(changes)));

      it("registers the same in preview and in update, each once", async () => {
        const urns = (registered: readonly Recorded[]): string[] => registered.map(({ urn }) => urn).sort();
        assert.deepEqual(urns(await deploy({ ...changes, preview: true })), urns(resources));
        assert.equal(new Set(urns(resources)).size, resources.length);
      });

      it("uses names and labels that Google Cloud accepts", () => {
        const autonamed = resources.filter(({ type, inputs }) => type.startsWith("gcp:compute/") && !inputs.name);
        assert.ok(autonamed.length > 20);
        autonamed.forEach(({ name: given, urn }) => assert.match(given, /^[a-z][-a-z0-9]{0,54}$/, urn)); // and "-1a2b3c4"
        const labelled = deep(resources, "labels") as Record<string, string>[];
        assert.ok(labelled.length > 10);
        labelled.flatMap(Object.entries).forEach(([key, value]) => {
          assert.match(key, /^[a-z][a-z0-9_-]{0,62}$/);
          assert.match(value as string, /^[a-z0-9_-]{0,63}$/);
        });
        const tags = ["tags", "sourceTags", "targetTags"].flatMap((key) => deep(resources, key)).flat();
        assert.ok(tags.length > 10);
        tags.forEach((tag) => assert.match(tag as string, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/));
        all(resources, "serviceaccount Account").forEach(({ inputs }) =>
          assert.match(inputs.accountId as string, /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/),
        );
        all(resources, "secretmanager Secret").forEach(({ inputs }) =>
          assert.match(inputs.secretId as string, /^[A-Za-z0-9_-]{1,255}$/),
        );
        all(resources, "storage Bucket").forEach(({ inputs }) =>
          assert.match(inputs.name as string, /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/),
        );
      });

      it("gives no machine a public address", () => {
        assert.deepEqual(
          [...deep(resources, "accessConfigs"), ...deep(resources, "ipv6AccessConfigs"), ...deep(resources, "natIp")],
          [],
        );
      });

      it("shows no secret", () => {
        assert.doesNotMatch(JSON.stringify(resources), new RegExp(PLAINTEXT));
        all(resources, "secretmanager SecretVersion").forEach(({ inputs }) => assert.equal(inputs.secretData, SECRET));
      });

      it("encrypts with the configured key, if there is one", () => {
        const holders = resources
          .filter(({ inputs }) => JSON.stringify(inputs).includes(KEY))
          .map(({ type }) => short(type));
        assert.deepEqual(
          [...new Set(holders)].sort(),
          changes.context?.kmsKey === undefined
            ? []
            : [
                "compute Disk",
                "compute Instance",
                "compute InstanceTemplate",
                "secretmanager Secret",
                "storage Bucket",
              ],
        );
      });
    });
  }
});

/** Every value under a key, however deep. */
function deep(value: unknown, key: string): unknown[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value as Record<string, unknown>).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...deep(inner, key),
  ]);
}
