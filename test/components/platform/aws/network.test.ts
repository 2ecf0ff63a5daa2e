import assert from "node:assert/strict";
import type { NetworkSpec } from "../../../../components/platform/platform";
import type { Recorded } from "../../../../planning/record";
import { deploy, NETWORK, only } from "./stack";

function network(spec: Partial<NetworkSpec> = {}): Promise<Recorded[]> {
  return deploy((platform, opts) => platform.network({ ...NETWORK, ...spec }, opts));
}

describe("the network on AWS", () => {
  it("gives the load balancer two zones even if nodes use one", async () => {
    const subnets = only(await network(), "aws:ec2/subnet:Subnet");
    assert.deepEqual(
      subnets
        .map(({ name, inputs }) => [name, inputs.cidrBlock, inputs.availabilityZone, inputs.mapPublicIpOnLaunch])
        .sort(),
      [
        ["api-1", "10.60.32.0/24", "us-east-1a", false],
        ["data-1", "10.60.16.0/24", "us-east-1a", false],
        ["public-1", "10.60.0.0/24", "us-east-1a", false],
        ["public-2", "10.60.1.0/24", "us-east-1b", false],
      ],
    );
  });

  for (const [nat, zones, gateways] of [
    ["none", 3, 0],
    ["one", 3, 1],
    ["per-zone", 3, 3],
  ] as const) {
    it(`nat ${nat} across ${zones} zones: ${gateways} gateways, and internet access for every private subnet or none`, async () => {
      const resources = await network({ nat, zones });
      assert.equal(only(resources, "aws:ec2/natGateway:NatGateway").length, gateways);
      const routes = only(resources, "aws:ec2/route:Route").filter(({ inputs }) => inputs.natGatewayId !== undefined);
      assert.equal(routes.length, gateways === 0 ? 0 : zones);
      assert.equal(new Set(routes.map(({ inputs }) => inputs.natGatewayId)).size, gateways);
      assert.equal(only(resources, "aws:ec2/vpcEndpoint:VpcEndpoint").length, nat === "none" ? 2 : 1);
    });
  }

  it("opens exactly the declared flows, on both ends", async () => {
    const resources = await network();
    const rule = ({ name, inputs }: Recorded): unknown[] => [
      name,
      inputs.fromPort,
      inputs.toPort,
      inputs.ipProtocol,
      inputs.cidrIpv4 ?? "group",
    ];
    assert.deepEqual(only(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").map(rule).sort(), [
      ["api-8443-from-load-balancer", 8443, 8443, "tcp", "group"],
      ["load-balancer-443-from-203.0.113.0/24", 443, 443, "tcp", "203.0.113.0/24"],
      ["load-balancer-80-from-203.0.113.0/24", 80, 80, "tcp", "203.0.113.0/24"],
      ["redis-6379-from-api", 6379, 6379, "tcp", "group"],
    ]);
    assert.deepEqual(only(resources, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").map(rule).sort(), [
      ["api-8443-from-load-balancer", 8443, 8443, "tcp", "group"],
      ["api-out-http", 80, 80, "tcp", "0.0.0.0/0"],
      ["api-out-https", 443, 443, "tcp", "0.0.0.0/0"],
      ["redis-6379-from-api", 6379, 6379, "tcp", "group"],
      ["redis-out-http", 80, 80, "tcp", "0.0.0.0/0"],
      ["redis-out-https", 443, 443, "tcp", "0.0.0.0/0"],
    ]);
  });

  it("admits pods by their networks if the API runs on Kubernetes", async () => {
    const resources = await network({ services: ["redis"], apiCidrs: ["10.8.0.0/14"], flows: NETWORK.flows.slice(1) });
    const [pods] = only(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").filter(({ name }) =>
      name.startsWith("redis"),
    );
    assert.equal(pods!.inputs.cidrIpv4, "10.8.0.0/14");
  });

  it("describes security groups in characters that AWS accepts", async () => {
    const described = (await network())
      .filter(({ type }) => /securityGroup/i.test(type))
      .map(({ inputs }) => inputs.description);
    described
      .filter((text) => text !== undefined)
      .forEach((text) => assert.match(text as string, /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/));
  });
});
