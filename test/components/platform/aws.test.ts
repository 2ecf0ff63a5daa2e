import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AwsPlatform } from "../../../components/platform/aws/platform";
import { identityPolicy } from "../../../components/platform/aws/identity";
import { tags } from "../../../components/platform/aws/tags";
import { machineType } from "../../../components/model/machine-types";
import type { BalancerSpec, GroupSpec, NetworkSpec, StackContext } from "../../../components/platform/platform";
import type { Recorded } from "../../../planning/record";
import { withMocks } from "../../support/mocks";

const CONTEXT: StackContext = {
  cloud: "aws",
  region: "us-east-1",
  zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  account: "",
  prefix: "ape-test",
  bucketSuffix: "1a2b3c4d",
  kmsKey: "",
  image: "",
  packageMirror: "",
  protectData: true,
  labels: { project: "ape", "cost-centre": "cc" },
};

const NETWORK: NetworkSpec = {
  cidr: "10.60.0.0/16",
  zones: 1,
  nat: "one",
  clientCidrs: ["203.0.113.0/24"],
  apiCidrs: [],
  cluster: false,
  services: ["api", "redis"],
  flows: [
    { from: "loadBalancer", to: "api", port: 8443, protocol: "API over TLS" },
    { from: "api", to: "redis", port: 6379, protocol: "Redis over TLS" },
  ],
};

const GROUP: GroupSpec = {
  name: "api",
  machine: machineType("aws", "t3a.medium")!,
  services: ["api"],
  userData: "#!/bin/bash\n",
  secrets: ["node-api"],
  grants: [],
  minNodes: 2,
  maxNodes: 5,
  targetCpuPercent: 70,
  bootstrap: "0123456789abcdef",
  spotPercent: 0,
  health: { port: 8443, path: "/ready" },
};

const BALANCER: BalancerSpec = {
  name: "api",
  domain: "",
  certificate: "",
  dnsZone: "",
  backend: { port: 8443, path: "/ready" },
  timeoutSeconds: 60,
  clientCidrs: ["203.0.113.0/24"],
};

function only(resources: readonly Recorded[], type: string): Recorded[] {
  return resources.filter((resource) => resource.type === type);
}

async function network(spec: Partial<NetworkSpec> = {}): Promise<Recorded[]> {
  return withMocks(
    () => {
      const platform = new AwsPlatform(CONTEXT);
      platform.network({ ...NETWORK, ...spec }, { provider: platform.provider });
    },
    { preview: false },
  );
}

describe("what a node may do on AWS", () => {
  const policy = identityPolicy(
    CONTEXT,
    { resource: "arn:aws:kms:us-east-1:*:key/*", aliases: "alias/ape-test" },
    {
      name: "redis-1",
      secrets: ["node-redis-1", "redis-server"],
      grants: [{ bucket: "backups", prefix: "redis/", access: "write" }],
    },
  );
  const statement = (sid: string): (typeof policy.Statement)[number] =>
    policy.Statement.find(({ Sid }) => Sid === sid)!;

  it("is read its own bootstrap and secrets, and no other node's", () => {
    assert.deepEqual(statement("Bootstrap").Resource, [
      "arn:aws:s3:::ape-test-bootstrap-1a2b3c4d/nodes/redis-1",
      "arn:aws:s3:::ape-test-bootstrap-1a2b3c4d/bootstrap/*",
    ]);
    assert.deepEqual(statement("Secrets").Resource, [
      "arn:aws:secretsmanager:us-east-1:*:secret:ape-test-node-redis-1-??????",
      "arn:aws:secretsmanager:us-east-1:*:secret:ape-test-redis-server-??????",
    ]);
  });

  it("is write its own part of the backups, and list that part only", () => {
    assert.equal(statement("Objects0").Resource, "arn:aws:s3:::ape-test-backups-1a2b3c4d/redis/*");
    assert.deepEqual(statement("List0").Condition, { StringLike: { "s3:prefix": ["redis/*"] } });
  });

  it("has no wildcard action, and a wildcard resource only for actions without resource-level permissions", () => {
    policy.Statement.forEach(({ Sid, Action, Resource }) => {
      assert.ok(Action.every((action) => !action.includes("*")));
      assert.equal(Resource === "*", Sid === "SessionManager");
    });
  });

  it("decrypts with the stack's key only, through the services that store its data", () => {
    assert.deepEqual(statement("Decrypt").Condition, {
      StringEquals: { "kms:ViaService": ["s3.us-east-1.amazonaws.com", "secretsmanager.us-east-1.amazonaws.com"] },
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/ape-test" },
    });
  });
});

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

describe("a scaling group on AWS", () => {
  const deploy = (spec: Partial<GroupSpec>): Promise<Recorded[]> =>
    withMocks(
      () => {
        const platform = new AwsPlatform(CONTEXT);
        const opts = { provider: platform.provider };
        platform.foundation(opts);
        platform.scalingGroup({ ...GROUP, ...spec }, platform.network(NETWORK, opts), opts);
      },
      { preview: false },
    );

  it("runs on demand, and has neither a public address nor the first metadata version", async () => {
    const resources = await deploy({});
    const [template] = only(resources, "aws:ec2/launchTemplate:LaunchTemplate");
    assert.deepEqual(template!.inputs.metadataOptions, {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
    assert.equal(
      (template!.inputs.networkInterfaces as { associatePublicIpAddress: string }[])[0]!.associatePublicIpAddress,
      "false",
    );
    assert.equal(Buffer.from(template!.inputs.userData as string, "base64").toString(), GROUP.userData);
    const [group] = only(resources, "aws:autoscaling/group:Group");
    assert.deepEqual(
      [group!.inputs.minSize, group!.inputs.maxSize, group!.inputs.mixedInstancesPolicy],
      [2, 5, undefined],
    );
  });

  it("uses spot only above its minimum", async () => {
    const [group] = only(await deploy({ spotPercent: 60 }), "aws:autoscaling/group:Group");
    const { instancesDistribution } = group!.inputs.mixedInstancesPolicy as { instancesDistribution: unknown };
    assert.deepEqual(instancesDistribution, {
      onDemandBaseCapacity: 2,
      onDemandPercentageAboveBaseCapacity: 40,
      spotAllocationStrategy: "price-capacity-optimized",
    });
    assert.equal(group!.inputs.launchTemplate, undefined);
  });
});

describe("a bucket on AWS", () => {
  const deploy = (keep: boolean, protectData = true): Promise<Recorded[]> =>
    withMocks(
      () => {
        const platform = new AwsPlatform({ ...CONTEXT, protectData });
        const opts = { provider: platform.provider };
        platform.foundation(opts);
        platform.bucket({ name: "backups", keep, noncurrentDays: 30 }, opts);
      },
      { preview: false },
    );
  const named = (resources: Recorded[]): Recorded[] =>
    resources.filter(({ name, custom }) => name === "backups" && custom);

  it("that holds data is protected and retained, with its privacy settings", async () => {
    const resources = named(await deploy(true));
    assert.equal(resources.length, 8);
    resources.forEach((resource) => assert.ok(resource.protect && resource.retainOnDelete, resource.type));
    assert.equal(only(resources, "aws:s3/bucket:Bucket")[0]!.inputs.forceDestroy, false);
  });

  it("can be deleted once the stack's protection is off", async () => {
    const resources = named(await deploy(true, false));
    resources.forEach((resource) => assert.ok(!resource.protect && !resource.retainOnDelete, resource.type));
    assert.equal(only(resources, "aws:s3/bucket:Bucket")[0]!.inputs.forceDestroy, true);
  });

  it("never expires current objects, and denies plain HTTP", async () => {
    const resources = named(await deploy(true));
    const [lifecycle] = only(resources, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    const [rule] = lifecycle!.inputs.rules as Record<string, unknown>[];
    assert.equal(rule!.expiration, undefined);
    assert.deepEqual(rule!.noncurrentVersionExpiration, { noncurrentDays: 30 });
    const [policy] = only(resources, "aws:s3/bucketPolicy:BucketPolicy");
    assert.match(policy!.inputs.policy as string, /"aws:SecureTransport":"false"/);
  });
});

describe("the load balancer on AWS", () => {
  const balancer = (changes: Partial<BalancerSpec>): Promise<Recorded[]> =>
    withMocks(
      () => {
        const platform = new AwsPlatform(CONTEXT);
        const opts = { provider: platform.provider };
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
      { preview: false, computed: computedByAws },
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

describe("a secret on AWS", () => {
  it("has no recovery window if it can be recreated, and 30 days if backups depend on it", async () => {
    const resources = await withMocks(
      () => {
        const platform = new AwsPlatform(CONTEXT);
        const opts = { provider: platform.provider };
        platform.foundation(opts);
        platform.secret({ name: "redis-api", keep: false }, pulumi.secret("value"), opts);
        platform.secret({ name: "timescaledb-server", keep: true }, "value", opts);
      },
      { preview: false },
    );
    assert.deepEqual(
      only(resources, "aws:secretsmanager/secret:Secret").map(({ inputs, protect }) => [
        inputs.name,
        inputs.recoveryWindowInDays,
        protect,
      ]),
      [
        ["ape-test-redis-api", 0, false],
        ["ape-test-timescaledb-server", 30, true],
      ],
    );
    only(resources, "aws:secretsmanager/secretVersion:SecretVersion").forEach(({ inputs }) =>
      assert.equal(inputs.secretString, "[secret]"),
    );
  });
});

describe("tags on AWS", () => {
  it("use AWS' PascalCase", () => {
    assert.deepEqual(tags(CONTEXT, "redis-1", { service: "redis" }), {
      Project: "ape",
      CostCentre: "cc",
      Service: "redis",
      Name: "ape-test-redis-1",
    });
  });
});
