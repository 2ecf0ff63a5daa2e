import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AwsPlatform } from "../../../components/platform/aws/platform";
import { machineType } from "../../../components/model/machine-types";
import { GcpPlatform } from "../../../components/platform/gcp/platform";
import { CLOUDS, type Cloud } from "../../../components/model/cloud";
import type { ClusterSpec, NetworkSpec, StackContext } from "../../../components/platform/platform";
import { regionZones } from "../../../components/model/regions";
import type { Recorded } from "../../../planning/record";
import { withMocks } from "../../support/mocks";

const REGION = { aws: "us-east-1", gcp: "us-central1" } as const;
const MACHINE = { aws: "t3a.large", gcp: "e2-standard-2" } as const;
const PLATFORM = { aws: AwsPlatform, gcp: GcpPlatform } as const;

interface Changes {
  readonly spec?: Partial<ClusterSpec>;
  readonly zones?: number;
  readonly context?: Partial<StackContext>;
}

/** A cluster in its network, as an update registers it. */
async function deploy(cloud: Cloud, { spec, zones = 3, context }: Changes = {}): Promise<Recorded[]> {
  const stack: StackContext = {
    cloud,
    region: REGION[cloud],
    zones: regionZones(cloud, REGION[cloud]),
    account: "",
    prefix: "ape-test",
    bucketSuffix: "1a2b3c4d",
    kmsKey: "",
    image: "",
    packageMirror: "",
    protectData: true,
    labels: { project: "ape" },
    ...context,
  };
  const network: NetworkSpec = {
    cidr: "10.60.0.0/16",
    zones,
    nat: "one",
    clientCidrs: ["0.0.0.0/0"],
    apiCidrs: ["10.60.128.0/18"],
    cluster: true,
    services: ["api", "redis"],
    flows: [
      { from: "loadBalancer", to: "api", port: 30_443, protocol: "API over TLS" },
      { from: "api", to: "redis", port: 6379, protocol: "Redis over TLS" },
    ],
  };
  return withMocks(
    () => {
      const platform = new PLATFORM[cloud](stack);
      const opts = { provider: platform.provider };
      platform.foundation(opts);
      const on = platform.network(network, opts);
      platform.secret({ name: "redis-api", keep: false }, pulumi.secret("value"), opts);
      platform.cluster(
        {
          name: "api",
          version: "1.36",
          machine: machineType(cloud, MACHINE[cloud])!,
          nodes: zones,
          servingPort: 30_443,
          operatorCidrs: [],
          account: { namespace: "ape", name: "ape-api", secrets: ["redis-api"] },
          ...spec,
        },
        on,
        opts,
      );
    },
    { preview: false, computed },
  );
}

/** What the clouds would make up. */
function computed({ type, name, inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  const zones = (inputs as { nodeLocations?: string[] }).nodeLocations ?? [];
  // In another order than they were asked for.
  const urls = (kind: string): string[] =>
    zones.map((zone) => `https://compute.example.com/zones/${zone}/${kind}/pool`).reverse();
  switch (type) {
    case "gcp:container/nodePool:NodePool":
      return { instanceGroupUrls: urls("managers"), managedInstanceGroupUrls: urls("groups") };
    case "gcp:compute/network:Network":
      return { project: "ape-production" };
    case "gcp:serviceaccount/account:Account":
      return { email: `${name}@example.com`, member: `serviceAccount:${name}@example.com` };
    default:
      return { arn: `arn:${name}` };
  }
}

function all(resources: readonly Recorded[], type: string): Recorded["inputs"][] {
  return resources.filter((resource) => resource.type === type).map(({ inputs }) => inputs);
}

function one(resources: readonly Recorded[], type: string): Recorded["inputs"] {
  const found = all(resources, type);
  assert.equal(found.length, 1, type);
  return found[0]!;
}

describe("a cluster", () => {
  for (const cloud of CLOUDS) {
    it(`on ${cloud} can be deleted while the stack's data is protected, so that the API can leave it`, async () => {
      const resources = await deploy(cloud, { context: { protectData: true } });
      const [cluster, ...others] = resources.filter(({ type }) => /(eks|container)\/cluster:Cluster$/.test(type));
      assert.deepEqual(others, []);
      assert.equal(cluster!.inputs.deletionProtection, false);
      assert.equal(cluster!.protect, false);
    });
  }
});

describe("a cluster on AWS", () => {
  const EKS = "aws:eks/cluster:Cluster";
  const access = async (changes: Changes): Promise<Record<string, unknown>> => {
    const { endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs } = one(await deploy("aws", changes), EKS)
      .vpcConfig as Record<string, unknown>;
    return { endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs };
  };

  it("is reachable from its network and from the configured networks only", async () => {
    assert.deepEqual(await access({}), {
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
      publicAccessCidrs: undefined,
    });
    assert.deepEqual(await access({ spec: { operatorCidrs: ["203.0.113.0/24"] } }), {
      endpointPrivateAccess: true,
      endpointPublicAccess: true,
      publicAccessCidrs: ["203.0.113.0/24"],
    });
  });

  it("has its control plane in two zones even if nodes use one", async () => {
    const subnets = async (zones: number): Promise<unknown> =>
      (one(await deploy("aws", { zones }), EKS).vpcConfig as { subnetIds: string[] }).subnetIds;
    assert.deepEqual(await subnets(1), ["api-1-id", "public-2-id"]);
    assert.deepEqual(await subnets(3), ["api-1-id", "api-2-id", "api-3-id"]);
  });

  it("encrypts secrets with the stack's key", async () => {
    const cluster = one(await deploy("aws"), EKS);
    assert.deepEqual(cluster.encryptionConfig, { provider: { keyArn: "arn:encryption" }, resources: ["secrets"] });
  });

  it("has a fixed number of nodes, in the API's subnets and security group, from a dedicated template", async () => {
    const resources = await deploy("aws");
    const group = one(resources, "aws:eks/nodeGroup:NodeGroup");
    assert.deepEqual(group.scalingConfig, { minSize: 3, maxSize: 3, desiredSize: 3 });
    assert.deepEqual(group.subnetIds, ["api-1-id", "api-2-id", "api-3-id"]);
    const template = one(resources, "aws:ec2/launchTemplate:LaunchTemplate");
    assert.equal(template.instanceType, "t3a.large");
    assert.equal((template.vpcSecurityGroupIds as string[])[0], "api-id");
    assert.deepEqual(template.metadataOptions, {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
  });

  it("lets the API's pods read the API's secrets only", async () => {
    const resources = await deploy("aws");
    const policy = resources.find(({ type, name }) => type === "aws:iam/rolePolicy:RolePolicy" && name === "api-pod")!;
    const { Statement } = JSON.parse(policy.inputs.policy as string) as { Statement: { Action: string[] }[] };
    assert.deepEqual(
      Statement.flatMap(({ Action }) => Action),
      ["secretsmanager:GetSecretValue", "kms:Decrypt"],
    );
    const association = one(resources, "aws:eks/podIdentityAssociation:PodIdentityAssociation");
    assert.deepEqual([association.namespace, association.serviceAccount], ["ape", "ape-api"]);
  });
});

describe("a cluster on Google Cloud", () => {
  const GKE = "gcp:container/cluster:Cluster";
  const POOL = "gcp:container/nodePool:NodePool";

  it("is reachable from its network and from the configured networks only", async () => {
    const access = async (operatorCidrs: string[]): Promise<unknown> => {
      const cluster = one(await deploy("gcp", { spec: { operatorCidrs } }), GKE);
      return [cluster.privateClusterConfig, cluster.masterAuthorizedNetworksConfig];
    };
    assert.deepEqual(await access([]), [
      { enablePrivateNodes: true, enablePrivateEndpoint: true },
      { cidrBlocks: [], gcpPublicCidrsAccessEnabled: false },
    ]);
    assert.deepEqual(await access(["203.0.113.0/24"]), [
      { enablePrivateNodes: true, enablePrivateEndpoint: false },
      { cidrBlocks: [{ cidrBlock: "203.0.113.0/24" }], gcpPublicCidrsAccessEnabled: false },
    ]);
  });

  it("is zonal in one zone, and regional in several", async () => {
    const single = await deploy("gcp", { zones: 1, spec: { nodes: 2 } });
    assert.equal(one(single, GKE).location, "us-central1-a");
    assert.equal(one(single, POOL).nodeCount, 2);
    const regional = await deploy("gcp");
    assert.equal(one(regional, GKE).location, "us-central1");
    assert.equal(one(regional, POOL).nodeCount, 1);
    assert.deepEqual(one(regional, POOL).nodeLocations, ["us-central1-a", "us-central1-b", "us-central1-c"]);
  });

  it("has ranges for pods and services in the stack's network, and allows traffic between pods", async () => {
    const resources = await deploy("gcp");
    const api = resources.find(({ type, name }) => type === "gcp:compute/subnetwork:Subnetwork" && name === "api")!;
    assert.deepEqual(api.inputs.secondaryIpRanges, [
      { rangeName: "pods", ipCidrRange: "10.60.128.0/18" },
      { rangeName: "services", ipCidrRange: "10.60.192.0/20" },
    ]);
    const firewall = (name: string): Recorded["inputs"] =>
      resources.find((each) => each.type === "gcp:compute/firewall:Firewall" && each.name === name)!.inputs;
    assert.deepEqual(firewall("out-of-pods").allows, [{ protocol: "all" }]);
    assert.deepEqual(firewall("redis-6379-from-api").sourceRanges, ["10.60.128.0/18"]);
    assert.deepEqual(firewall("redis-6379-from-api").sourceTags, ["ape-test-api"]);
  });

  it("gives each zone's instance group the load balancer's port, in whatever order Google names them", async () => {
    const ports = all(await deploy("gcp"), "gcp:compute/instanceGroupNamedPort:InstanceGroupNamedPort");
    assert.deepEqual(
      ports.map(({ group, zone, name, port }) => [group, zone, name, port]),
      ["a", "b", "c"].map((zone) => [
        `https://compute.example.com/zones/us-central1-${zone}/managers/pool`,
        `us-central1-${zone}`,
        "https",
        30_443,
      ]),
    );
  });

  it("lets the API's pods act as an account that may read the API's secrets only", async () => {
    const resources = await deploy("gcp");
    const binding = one(resources, "gcp:serviceaccount/iAMMember:IAMMember");
    assert.equal(binding.member, "serviceAccount:ape-production.svc.id.goog[ape/ape-api]");
    assert.equal(binding.role, "roles/iam.workloadIdentityUser");
    const rights = resources.filter(({ inputs }) => inputs.member === "serviceAccount:api-pod@example.com");
    assert.deepEqual(
      rights.map(({ inputs }) => inputs.role),
      ["roles/secretmanager.secretAccessor"],
    );
  });
});
