import assert from "node:assert/strict";
import { all, byName, deploy, FLOWS, one, short } from "./stack";

describe("Google Cloud", () => {
  describe("its network", () => {
    it("has a subnetwork for each zone's data nodes and one for the API", async () => {
      const resources = await deploy();
      assert.deepEqual(
        byName(all(resources, "compute Subnetwork"), ({ ipCidrRange, region, privateIpGoogleAccess }) => [
          ipCidrRange,
          region,
          privateIpGoogleAccess,
        ]),
        [
          ["api", ["10.60.32.0/24", "us-central1", true]],
          ["data-1", ["10.60.16.0/24", "us-central1", true]],
          ["data-2", ["10.60.17.0/24", "us-central1", true]],
          ["data-3", ["10.60.18.0/24", "us-central1", true]],
        ],
      );
      assert.equal(one(resources, "compute Network", "network").autoCreateSubnetworks, false);
    });

    for (const [nat, subnetworks] of [
      ["none", undefined],
      ["one", 4],
      ["per-zone", 4],
    ] as const) {
      it(`reaches outside through NAT from ${subnetworks ?? "no"} subnetworks with nat ${nat}`, async () => {
        const gateways = (await deploy({ network: { nat } })).filter(({ type }) => short(type) === "compute RouterNat");
        assert.deepEqual(
          gateways.map(({ inputs }) => [
            inputs.sourceSubnetworkIpRangesToNat,
            (inputs.subnetworks as unknown[]).length,
            inputs.logConfig,
          ]),
          subnetworks === undefined
            ? []
            : [["LIST_OF_SUBNETWORKS", subnetworks, { enable: true, filter: "ERRORS_ONLY" }]],
        );
      });
    }

    it("allows exactly the declared flows", async () => {
      const nodes = ["ape-prod-api", "ape-prod-redis", "ape-prod-timescaledb"];
      const resources = await deploy();
      assert.deepEqual(
        byName(all(resources, "compute Firewall"), (inputs) => [
          inputs.direction,
          inputs.sourceTags ?? inputs.sourceRanges ?? inputs.destinationRanges,
          inputs.targetTags,
          inputs.allows ?? inputs.denies,
          inputs.priority ?? 1000,
        ]),
        [
          [
            "api-8443-from-load-balancer",
            [
              "INGRESS",
              ["130.211.0.0/22", "35.191.0.0/16"],
              ["ape-prod-api"],
              [{ protocol: "tcp", ports: ["8443"] }],
              1000,
            ],
          ],
          ["iap", ["INGRESS", ["35.235.240.0/20"], nodes, [{ protocol: "tcp", ports: ["22"] }], 1000]],
          ["out", ["EGRESS", ["0.0.0.0/0"], nodes, [{ protocol: "tcp", ports: ["443", "80"] }], 1000]],
          ["out-nothing-else", ["EGRESS", ["0.0.0.0/0"], nodes, [{ protocol: "all" }], 65534]],
          ["out-within", ["EGRESS", ["10.60.0.0/16"], nodes, [{ protocol: "tcp" }], 1000]],
          [
            "redis-6379-from-api",
            ["INGRESS", ["ape-prod-api"], ["ape-prod-redis"], [{ protocol: "tcp", ports: ["6379"] }], 1000],
          ],
          [
            "redis-6379-from-redis",
            ["INGRESS", ["ape-prod-redis"], ["ape-prod-redis"], [{ protocol: "tcp", ports: ["6379"] }], 1000],
          ],
        ],
      );
      assert.deepEqual(
        all(resources, "compute Firewall").flatMap(({ inputs }) =>
          inputs.denies === undefined ? [] : [inputs.denies],
        ),
        [[{ protocol: "all" }]],
      );
      all(resources, "compute Firewall").forEach(({ inputs, name }) => {
        assert.ok(inputs.description, name);
        assert.deepEqual(inputs.logConfig, { metadata: "INCLUDE_ALL_METADATA" }, name);
      });
    });

    it("admits an API outside the network by its address ranges", async () => {
      const network = { services: ["redis"], apiCidrs: ["10.8.0.0/14"], flows: FLOWS.slice(1) } as const;
      const inputs = one(await deploy({ network }), "compute Firewall", "redis-6379-from-api");
      assert.deepEqual([inputs.sourceTags, inputs.sourceRanges], [undefined, ["10.8.0.0/14"]]);
    });
  });
});
