import assert from "node:assert/strict";
import { SECRET } from "../../../../planning/record";
import { all, byName, deploy, one, short } from "./stack";

describe("Google Cloud", () => {
  describe("the load balancer", () => {
    it("uses TLS on both sides and redirects plain HTTP", async () => {
      const resources = await deploy();
      assert.deepEqual(
        byName(
          all(resources, "compute GlobalForwardingRule"),
          ({ portRange, target, ipAddress, loadBalancingScheme }) => [
            portRange,
            target,
            ipAddress,
            loadBalancingScheme,
          ],
        ),
        [
          ["api-http", ["80", "api-http-id", "api-id", "EXTERNAL_MANAGED"]],
          ["api-https", ["443", "api-https-id", "api-id", "EXTERNAL_MANAGED"]],
        ],
      );
      assert.deepEqual(one(resources, "compute URLMap", "api-http"), {
        defaultUrlRedirect: {
          httpsRedirect: true,
          stripQuery: false,
          redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT",
        },
      });
      assert.deepEqual(one(resources, "compute SSLPolicy", "api"), { minTlsVersion: "TLS_1_2", profile: "MODERN" });
      const { protocol, portName, timeoutSec, connectionDrainingTimeoutSec, logConfig, securityPolicy } = one(
        resources,
        "compute BackendService",
        "api",
      );
      assert.deepEqual(
        [protocol, portName, timeoutSec, connectionDrainingTimeoutSec, logConfig, securityPolicy],
        ["HTTPS", "https", 60, 60, { enable: true, sampleRate: 1 }, undefined],
      );
      assert.deepEqual(one(resources, "compute HealthCheck", "api").httpsHealthCheck, {
        port: 8443,
        requestPath: "/ready",
      });
    });

    it("has health check time-outs shorter than their interval", async () => {
      all(await deploy(), "compute HealthCheck").forEach(({ inputs }) =>
        assert.ok((inputs.timeoutSec as number) <= (inputs.checkIntervalSec as number)),
      );
    });

    for (const [certificate, expected] of [
      ["", "api-id"],
      ["ape", "ape"],
    ] as const) {
      it(`uses ${certificate === "" ? "a certificate of the stack's authority" : "the configured certificate"}`, async () => {
        const resources = await deploy({ balancer: { certificate } });
        assert.deepEqual(one(resources, "compute TargetHttpsProxy", "api-https").sslCertificates, [expected]);
        const own = resources.filter(({ type }) => short(type) === "compute SSLCertificate");
        assert.equal(own.length, certificate === "" ? 1 : 0);
        own.forEach(({ inputs }) => assert.equal(inputs.privateKey, SECRET));
      });
    }

    it("uses a certificate that Google issues for its domain, whose record points to it", async () => {
      const balancer = { domain: "api.example.com", certificate: "managed", dnsZone: "example-com" };
      const resources = await deploy({ balancer });
      assert.deepEqual(one(resources, "compute ManagedSslCertificate", "api").managed, {
        domains: ["api.example.com"],
      });
      assert.deepEqual(one(resources, "compute TargetHttpsProxy", "api-https").sslCertificates, ["api-id"]);
      assert.deepEqual(one(resources, "dns RecordSet", "api"), {
        managedZone: "example-com",
        name: "api.example.com.",
        type: "A",
        ttl: 300,
        rrdatas: ["203.0.113.7"],
      });
      assert.equal(resources.filter(({ type }) => short(type) === "compute SSLCertificate").length, 0);
    });

    it("finds shared nodes in one group per zone", async () => {
      const resources = await deploy({ shared: true });
      assert.deepEqual(
        byName(all(resources, "compute InstanceGroup"), ({ zone, instances, namedPorts }) => [
          zone,
          instances,
          namedPorts,
        ]),
        [
          [
            "api-us-central1-a",
            ["us-central1-a", ["https://compute.example.com/node-1"], [{ name: "https", port: 8443 }]],
          ],
          [
            "api-us-central1-b",
            ["us-central1-b", ["https://compute.example.com/node-2"], [{ name: "https", port: 8443 }]],
          ],
        ],
      );
    });

    const networks = Array.from({ length: 21 }, (_, index) => `192.0.2.${index}/32`);
    for (const { clientCidrs, ranges } of [
      { clientCidrs: ["0.0.0.0/0"], ranges: undefined },
      { clientCidrs: networks.slice(0, 1), ranges: [1] },
      { clientCidrs: networks.slice(0, 10), ranges: [10] },
      { clientCidrs: networks, ranges: [10, 10, 1] },
    ]) {
      const who = ranges === undefined ? "anyone" : `${clientCidrs.length} networks`;
      it(`is open to ${who} in ${ranges?.length ?? "no"} rules`, async () => {
        const resources = await deploy({ balancer: { clientCidrs } });
        const policies = resources.filter(({ type }) => short(type) === "compute SecurityPolicy");
        if (ranges === undefined) {
          assert.deepEqual(policies, []);
          return;
        }
        const rules = policies.flatMap(({ inputs }) => inputs.rules as Rule[]);
        const allowing = rules.filter(({ action }) => action === "allow");
        assert.deepEqual(
          allowing.map(({ match }) => match.config.srcIpRanges.length),
          ranges,
        );
        assert.deepEqual(
          allowing.flatMap(({ match }) => match.config.srcIpRanges),
          clientCidrs,
        );
        assert.equal(new Set(rules.map(({ priority }) => priority)).size, rules.length);
        const { action, priority, match } = rules.at(-1)!;
        assert.deepEqual([action, priority, match.config.srcIpRanges], ["deny(403)", 2147483647, ["*"]]);
        assert.equal(one(resources, "compute BackendService", "api").securityPolicy, "api-id");
      });
    }
  });
});

interface Rule {
  readonly action: string;
  readonly priority: number;
  readonly match: { readonly config: { readonly srcIpRanges: readonly string[] } };
}
