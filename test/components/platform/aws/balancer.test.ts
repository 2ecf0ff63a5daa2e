import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { BalancerSpec } from "../../../../components/platform/platform";
import type { Recorded } from "../../../../planning/record";
import { deploy, GROUP, NETWORK, only } from "./stack";

const BALANCER: BalancerSpec = {
  name: "api",
  domain: "",
  certificate: "",
  dnsZone: "",
  backend: { port: 8443, path: "/ready" },
  timeoutSeconds: 60,
  clientCidrs: ["203.0.113.0/24"],
};

describe("the load balancer on AWS", () => {
  const balancer = (changes: Partial<BalancerSpec>): Promise<Recorded[]> =>
    deploy(
      (platform, opts) => {
        platform.foundation(opts);
        const on = platform.network(NETWORK, opts);
        platform.loadBalancer(
          { ...BALANCER, ...changes },
          on,
          { certificate: "CERTIFICATE", key: pulumi.secret("KEY"), chain: "CHAIN" },
          { group: platform.scalingGroup(GROUP, on, opts) },
          opts,
        );
      },
      { computed: computedByAws },
    );
  const https = (resources: readonly Recorded[]): Recorded["inputs"] =>
    only(resources, "aws:lb/listener:Listener").find(({ name }) => name === "api-https")!.inputs;

  it("uses a certificate of the stack's authority if none is configured", async () => {
    const resources = await balancer({});
    assert.equal(https(resources).certificateArn, "arn:api");
    assert.equal(only(resources, "aws:acm/certificate:Certificate")[0]!.inputs.privateKey, "[secret]");
    assert.deepEqual(only(resources, "aws:route53/record:Record"), []);
  });

  it("uses one that AWS issues after DNS validation, and points the domain's record to it", async () => {
    const resources = await balancer({ domain: "api.example.com", certificate: "managed", dnsZone: "Z1" });
    const [certificate] = only(resources, "aws:acm/certificate:Certificate");
    assert.equal(certificate!.inputs.domainName, "api.example.com");
    assert.equal(certificate!.inputs.validationMethod, "DNS");
    assert.equal(https(resources).certificateArn, "arn:api"); // of the validation: it is issued by then
    const [validation] = only(resources, "aws:acm/certificateValidation:CertificateValidation");
    assert.deepEqual(validation!.inputs.validationRecordFqdns, ["_proof.api.example.com"]);
    assert.deepEqual(
      only(resources, "aws:route53/record:Record").map(({ name, inputs }) => [
        name,
        inputs.zoneId,
        inputs.name,
        inputs.type,
      ]),
      [
        ["api-certificate", "Z1", "_proof.api.example.com", "CNAME"],
        ["api", "Z1", "api.example.com", "A"],
      ],
    );
  });
});

/** What AWS would make up. */
function computedByAws({ name, type, inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  switch (type) {
    case "aws:acm/certificate:Certificate":
      return {
        arn: `arn:${name}`,
        domainValidationOptions: [
          {
            resourceRecordName: "_proof.api.example.com",
            resourceRecordType: "CNAME",
            resourceRecordValue: "_answer.acm-validations.aws",
          },
        ],
      };
    case "aws:route53/record:Record":
      return { fqdn: (inputs as { name?: string }).name };
    default:
      return {};
  }
}
