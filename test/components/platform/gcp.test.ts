import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import type { FlowRule } from "../../../components/model/flows";
import { machineType } from "../../../components/model/machine-types";
import { accountId } from "../../../components/platform/gcp/identity";
import { labels, labelValue } from "../../../components/platform/gcp/labels";
import { GcpPlatform } from "../../../components/platform/gcp/platform";
import type {
  Backend,
  BalancerSpec,
  GroupSpec,
  NetworkSpec,
  NodeSpec,
  StackContext,
} from "../../../components/platform/platform";
import { SECRET } from "../../../planning/record";
import type { Recorded as Registered } from "../../../planning/record";
import { withMocks } from "../../support/mocks";

const CONTEXT: StackContext = {
  cloud: "gcp",
  region: "us-central1",
  zones: ["us-central1-a", "us-central1-b", "us-central1-c"],
  account: "ape-production",
  prefix: "ape-prod",
  bucketSuffix: "1a2b3c4d",
  kmsKey: "",
  image: "",
  packageMirror: "",
  protectData: true,
  labels: { project: "ape", tier: "t3", "cost-centre": "ape_prod" },
};
const KEY = "projects/ape-production/locations/us-central1/keyRings/ape/cryptoKeys/data";
const PLAINTEXT = "correct-horse-battery-staple";

const FLOWS: readonly FlowRule[] = [
  { from: "loadBalancer", to: "api", port: 8443, protocol: "API over TLS" },
  { from: "api", to: "redis", port: 6379, protocol: "Redis over TLS" },
  { from: "redis", to: "redis", port: 6379, protocol: "Redis over TLS" },
];
const NETWORK: NetworkSpec = {
  cidr: "10.60.0.0/16",
  zones: 3,
  nat: "one",
  clientCidrs: ["0.0.0.0/0"],
  apiCidrs: [],
  cluster: false,
  services: ["api", "redis", "timescaledb"],
  flows: FLOWS,
};
const MACHINE = machineType("gcp", "e2-standard-4")!;
const GRANT = { bucket: "backups", prefix: "redis/", access: "write" } as const;
const NODE: NodeSpec = {
  name: "node-1",
  zone: 0,
  machine: MACHINE,
  address: "10.60.16.200",
  services: ["timescaledb", "redis"],
  userData: "#!/bin/bash\ntrue\n",
  secrets: ["node-node-1", "redis-api"],
  grants: [GRANT, { bucket: "backups", prefix: "timescaledb/", access: "read" }],
};
const GROUP: GroupSpec = {
  name: "api",
  machine: MACHINE,
  services: ["api"],
  userData: "#!/bin/bash\ntrue\n",
  secrets: ["redis-api"],
  grants: [],
  minNodes: 3,
  maxNodes: 9,
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
  clientCidrs: ["0.0.0.0/0"],
};

interface Changes {
  readonly context?: Partial<StackContext>;
  readonly network?: Partial<NetworkSpec>;
  readonly group?: Partial<GroupSpec>;
  readonly balancer?: Partial<BalancerSpec>;
  /** The API on nodes in the first two zones, instead of on a group. */
  readonly shared?: boolean;
  /** Arguments of every call in addition to its parent. */
  readonly opts?: pulumi.ResourceOptions;
  readonly preview?: boolean;
}

class Root extends pulumi.ComponentResource {
  constructor(platform: GcpPlatform) {
    super("test:stack:Root", "root", {}, { providers: [platform.provider] });
  }
}

/** A small stack with one of everything. */
function stack(changes: Changes): void {
  const platform = new GcpPlatform({ ...CONTEXT, ...changes.context });
  const within = { ...changes.opts, parent: new Root(platform) };
  platform.foundation(within);
  const network = platform.network({ ...NETWORK, ...changes.network }, within);
  const bootstrap = platform.bucket({ name: "bootstrap", keep: false, noncurrentDays: 30 }, within);
  platform.bucket({ name: "backups", keep: true, noncurrentDays: 30 }, within);
  const secrets = ["node-node-1", "node-node-2", "redis-api"].map((name) =>
    platform.secret({ name, keep: name === "redis-api" }, PLAINTEXT, within),
  );
  const object = platform.object(bootstrap, "nodes/node-1", "abc", "node-1-current", within);
  const disks = (["timescaledb-1", "redis-1"] as const).map((name) =>
    platform.disk(
      { name, service: name === "redis-1" ? "redis" : "timescaledb", zone: 0, sizeGiB: 100 },
      { parent: within.parent },
    ),
  );
  const ready = [...secrets.map(({ resource }) => resource), object];
  const first = platform.node(NODE, network, disks, { ...within, dependsOn: ready });
  const backend = (): Backend => {
    if (!changes.shared) {
      return { group: platform.scalingGroup({ ...GROUP, ...changes.group }, network, { ...within, dependsOn: ready }) };
    }
    const second = { ...NODE, name: "node-2", zone: 1, address: "10.60.17.201", secrets: ["node-node-2"], grants: [] };
    return { nodes: [first, platform.node(second, network, [], within)] };
  };
  const own = { certificate: "CERTIFICATE\n", key: pulumi.secret(PLAINTEXT), chain: "CHAIN\n" };
  platform.loadBalancer({ ...BALANCER, ...changes.balancer }, network, own, backend(), within);
}

function deploy(changes: Changes = {}): Promise<Registered[]> {
  return withMocks(() => stack(changes), { preview: changes.preview ?? false, computed });
}

/** What Google Cloud would make up. */
function computed({ name, type }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  return {
    selfLink: `https://compute.example.com/${name}`,
    selfLinkUnique: `https://compute.example.com/${name}?uniqueId=1`,
    instanceGroup: `https://compute.example.com/instanceGroups/${name}`,
    ...(type === "gcp:compute/globalAddress:GlobalAddress" ? { address: "203.0.113.7" } : {}),
    ...(type === "gcp:serviceaccount/account:Account"
      ? { email: `${name}@example.com`, member: `serviceAccount:${name}@example.com` }
      : {}),
  };
}

/** "gcp:compute/instance:Instance" is "compute Instance". */
function short(type: string): string {
  return type.startsWith("gcp:") ? type.slice(4).replace(/\/.*:/, " ") : type;
}

function all(resources: readonly Registered[], type: string): Registered[] {
  const found = resources.filter((resource) => short(resource.type) === type);
  assert.ok(found.length > 0, `no ${type}`);
  return found;
}

function one(resources: readonly Registered[], type: string, name: string): Registered["inputs"] {
  const found = all(resources, type).filter((resource) => resource.name === name);
  assert.equal(found.length, 1, `${type} ${name}`);
  return found[0]!.inputs;
}

function byName<T>(resources: readonly Registered[], describe: (inputs: Record<string, never>) => T): [string, T][] {
  return resources
    .map(({ name, inputs }): [string, T] => [name, describe(inputs as Record<string, never>)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

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
  it("is asked for exactly these", async () => {
    const names = (await deploy())
      .filter(({ custom }) => custom)
      .map(({ type, name }) => `${short(type)}: ${name}`)
      .sort();
    assert.deepEqual(names, [
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
      "storage BucketIAMMember: logs",
      "storage BucketIAMMember: node-1-backups-list",
      "storage BucketIAMMember: node-1-backups-redis",
      "storage BucketIAMMember: node-1-backups-timescaledb",
      "storage BucketIAMMember: node-1-bootstrap-bootstrap",
      "storage BucketIAMMember: node-1-bootstrap-nodes-node-1",
      "storage BucketObject: node-1-current",
    ]);
  });

  for (const [name, changes] of Object.entries(VARIANTS)) {
    describe(`with ${name}`, () => {
      let resources: Registered[];
      before(async () => (resources = await deploy(changes)));

      it("registers the same in preview and in update, each once", async () => {
        const urns = (registered: readonly Registered[]): string[] => registered.map(({ urn }) => urn).sort();
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

  it("keeps each resource below its component", async () => {
    const resources = await deploy({ balancer: { clientCidrs: ["192.0.2.0/24"] } });
    const shared = await deploy({ shared: true });
    const kinds = (registered: readonly Registered[]): string[] =>
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
    // Resources that hold data are protected by the config.
    assert.deepEqual(free.sort(), [
      "compute Disk: redis-1-data",
      "compute Disk: timescaledb-1-data",
      "secretmanager Secret: redis-api",
      "secretmanager SecretVersion: redis-api",
      "storage Bucket: backups",
    ]);
  });

  for (const protectData of [true, false]) {
    it(`${protectData ? "protects and retains" : "can delete"} resources that hold data`, async () => {
      const resources = await deploy({ context: { protectData } });
      const kept = resources
        .filter(({ protect, retainOnDelete }) => protect && retainOnDelete)
        .map(({ type, name }) => `${short(type)}: ${name}`);
      assert.deepEqual(
        kept.sort(),
        protectData
          ? [
              "compute Disk: redis-1-data",
              "compute Disk: timescaledb-1-data",
              "secretmanager Secret: redis-api",
              "secretmanager SecretVersion: redis-api",
              "storage Bucket: backups",
            ]
          : [],
      );
      assert.equal(one(resources, "storage Bucket", "backups").forceDestroy, !protectData);
    });
  }

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

  describe("a node", () => {
    it("is asked for with these", async () => {
      const resources = await deploy();
      const [node] = all(resources, "compute Instance");
      const { metadata, ...rest } = node!.inputs;
      const marked = { ...CONTEXT.labels, name: "ape-prod-node-1", service: "timescaledb_redis" };
      assert.deepEqual(metadata, {
        "startup-script": NODE.userData,
        "enable-oslogin": "TRUE",
        "block-project-ssh-keys": "TRUE",
        "serial-port-enable": "FALSE",
      });
      assert.deepEqual(rest, {
        zone: "us-central1-a",
        machineType: "e2-standard-4",
        allowStoppingForUpdate: true,
        canIpForward: false,
        deletionProtection: false,
        networkInterfaces: [{ subnetwork: "data-1-id", networkIp: "10.60.16.200" }],
        bootDisk: {
          autoDelete: true,
          initializeParams: {
            image: "projects/debian-cloud/global/images/debian-13-trixie-v20260921",
            size: 16,
            type: "pd-balanced",
            labels: marked,
          },
        },
        attachedDisks: [
          { source: "timescaledb-1-data-id", deviceName: "timescaledb-1-data", mode: "READ_WRITE" },
          { source: "redis-1-data-id", deviceName: "redis-1-data", mode: "READ_WRITE" },
        ],
        serviceAccount: { email: "node-1@example.com", scopes: ["cloud-platform"] },
        shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
        scheduling: { provisioningModel: "STANDARD", automaticRestart: true, onHostMaintenance: "MIGRATE" },
        tags: ["ape-prod-timescaledb", "ape-prod-redis"],
        labels: marked,
      });
      assert.ok(node!.deleteBeforeReplace);
    });

    it("is not replaced when only labels change", async () => {
      // The provider replaces a machine for a label of its boot disk, and nothing else of it holds labels that do.
      const [node] = all(await deploy(), "compute Instance");
      assert.deepEqual(node!.ignoreChanges, ["bootDisk.initializeParams.labels"]);
    });

    it("finds its disks by stable paths", async () => {
      const paths: string[] = [];
      await withMocks(
        () => {
          const platform = new GcpPlatform(CONTEXT);
          const spec = { name: "redis-1", service: "redis", zone: 2, sizeGiB: 10 } as const;
          platform.disk(spec, { parent: new Root(platform) }).devicePath.apply((path) => paths.push(path));
        },
        { preview: true },
      );
      assert.deepEqual(paths, ["/dev/disk/by-id/google-redis-1-data"]);
    });

    it("waits for its network access, its permissions and its bootstrap", async () => {
      const resources = await deploy();
      const { dependsOn } = all(resources, "compute Instance")[0]!;
      const of = (type: string, begin: string): string[] =>
        all(resources, type)
          .filter(({ name }) => name.startsWith(begin))
          .map(({ urn }) => urn);
      const needed = [
        ...of("compute RouterNat", ""),
        ...of("compute Firewall", ""),
        ...of("secretmanager SecretIamMember", "node-1-"),
        ...of("storage BucketIAMMember", "node-1-"),
        ...of("secretmanager SecretVersion", ""),
        ...of("storage BucketObject", ""),
      ];
      assert.deepEqual(
        needed.filter((urn) => !dependsOn.includes(urn)),
        [],
      );
    });
  });

  it("grants each node exactly what its roles declare", async () => {
    const resources = await deploy();
    const objects = "projects/_/buckets/ape-prod";
    const ofBuckets = byName(all(resources, "storage BucketIAMMember"), (inputs) => [
      inputs.member,
      inputs.bucket,
      inputs.role,
      (inputs.condition as { expression: string } | undefined)?.expression,
    ]);
    assert.deepEqual(ofBuckets, [
      [
        "api-bootstrap-bootstrap",
        [
          "serviceAccount:api@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name.startsWith("${objects}-bootstrap-1a2b3c4d/objects/bootstrap/")`,
        ],
      ],
      [
        "api-bootstrap-nodes-api",
        [
          "serviceAccount:api@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name == "${objects}-bootstrap-1a2b3c4d/objects/nodes/api"`,
        ],
      ],
      [
        "logs",
        [
          "group:cloud-storage-analytics@google.com",
          "ape-prod-logs-1a2b3c4d",
          "roles/storage.objectCreator",
          undefined,
        ],
      ],
      [
        "node-1-backups-list",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-backups-1a2b3c4d",
          "roles/storage.legacyBucketReader",
          undefined,
        ],
      ],
      [
        "node-1-backups-redis",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-backups-1a2b3c4d",
          "roles/storage.objectUser",
          `resource.name.startsWith("${objects}-backups-1a2b3c4d/objects/redis/")`,
        ],
      ],
      [
        "node-1-backups-timescaledb",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-backups-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name.startsWith("${objects}-backups-1a2b3c4d/objects/timescaledb/")`,
        ],
      ],
      [
        "node-1-bootstrap-bootstrap",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name.startsWith("${objects}-bootstrap-1a2b3c4d/objects/bootstrap/")`,
        ],
      ],
      [
        "node-1-bootstrap-nodes-node-1",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name == "${objects}-bootstrap-1a2b3c4d/objects/nodes/node-1"`,
        ],
      ],
    ]);
    assert.deepEqual(
      byName(all(resources, "secretmanager SecretIamMember"), ({ member, secretId, role }) => [member, secretId, role]),
      [
        ["api-redis-api", ["serviceAccount:api@example.com", "redis-api-id", "roles/secretmanager.secretAccessor"]],
        [
          "node-1-node-node-1",
          ["serviceAccount:node-1@example.com", "node-node-1-id", "roles/secretmanager.secretAccessor"],
        ],
        [
          "node-1-redis-api",
          ["serviceAccount:node-1@example.com", "redis-api-id", "roles/secretmanager.secretAccessor"],
        ],
      ],
    );
  });

  describe("the scaling group", () => {
    for (const { spotPercent, expected } of [
      { spotPercent: 0, expected: [["api", [3, 9]]] },
      {
        spotPercent: 50,
        expected: [
          ["api", [3, 6]],
          ["api-spot", [1, 3]],
        ],
      },
      {
        spotPercent: 100,
        expected: [
          ["api", [3, 3]],
          ["api-spot", [1, 6]],
        ],
      },
    ]) {
      it(`has its minimum on demand with ${spotPercent} % spot, and never more than its maximum`, async () => {
        const resources = await deploy({ group: { spotPercent } });
        const scalers = byName(
          all(resources, "compute RegionAutoscaler"),
          (inputs): Scaling => inputs.autoscalingPolicy!,
        );
        assert.deepEqual(
          scalers.map(([name, { minReplicas, maxReplicas }]) => [name, [minReplicas, maxReplicas]]),
          expected,
        );
        scalers.forEach(([, { cpuUtilization }]) => assert.deepEqual(cpuUtilization, { target: 0.7 }));
        const backends = one(resources, "compute BackendService", "api").backends as { group: string }[];
        assert.deepEqual(
          backends.map(({ group }) => group.split("/").at(-1)),
          expected.map(([name]) => name),
        );
        assert.deepEqual(
          byName(all(resources, "compute InstanceTemplate"), ({ scheduling }) => scheduling),
          expected.map(([name]) => [
            name,
            name === "api"
              ? { provisioningModel: "STANDARD", automaticRestart: true, onHostMaintenance: "MIGRATE" }
              : {
                  provisioningModel: "SPOT",
                  preemptible: true,
                  automaticRestart: false,
                  onHostMaintenance: "TERMINATE",
                  instanceTerminationAction: "STOP",
                },
          ]),
        );
      });
    }

    for (const zones of [1, 2, 3]) {
      it(`replaces one member per zone at a time in ${zones} zones`, async () => {
        const inputs = one(await deploy({ network: { zones } }), "compute RegionInstanceGroupManager", "api");
        assert.deepEqual(inputs.distributionPolicyZones, CONTEXT.zones.slice(0, zones));
        assert.deepEqual(inputs.updatePolicy, {
          type: "PROACTIVE",
          minimalAction: "REPLACE",
          replacementMethod: "SUBSTITUTE",
          maxSurgeFixed: zones, // Google Cloud refuses less than one a zone
          maxUnavailableFixed: 0,
        });
        assert.deepEqual(inputs.autoHealingPolicies, { healthCheck: "api-healing-id", initialDelaySec: 600 });
        assert.deepEqual(inputs.namedPorts, [{ name: "https", port: 8443 }]);
      });
    }

    it("creates its members from this template", async () => {
      const template = one(await deploy(), "compute InstanceTemplate", "api");
      assert.deepEqual(template.networkInterfaces, [{ subnetwork: "api-id" }]);
      assert.deepEqual(template.tags, ["ape-prod-api"]);
      assert.deepEqual(template.serviceAccount, { email: "api@example.com", scopes: ["cloud-platform"] });
      assert.equal((template.metadata as Record<string, string>)["startup-script"], GROUP.userData);
      const [disk, ...others] = template.disks as Record<string, unknown>[];
      assert.deepEqual(others, []);
      assert.deepEqual(
        [disk!.boot, disk!.autoDelete, disk!.diskType, disk!.diskSizeGb],
        [true, true, "pd-balanced", 16],
      );
    });
  });

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

  describe("a bucket", () => {
    it("is private, versioned and logged, and expires noncurrent versions only", async () => {
      const { labels: marked, ...rest } = one(await deploy(), "storage Bucket", "backups");
      assert.deepEqual(marked, { ...CONTEXT.labels, name: "ape-prod-backups" });
      assert.deepEqual(rest, {
        name: "ape-prod-backups-1a2b3c4d",
        location: "US-CENTRAL1",
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        versioning: { enabled: true },
        lifecycleRules: [
          { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 30, withState: "ARCHIVED" } },
          { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
        ],
        softDeletePolicy: { retentionDurationSeconds: 604800 },
        logging: { logBucket: "ape-prod-logs-1a2b3c4d", logObjectPrefix: "backups" },
        forceDestroy: false,
      });
    });

    it("for logs expires them after 90 days and has no access log itself", async () => {
      const { lifecycleRules, logging, softDeletePolicy } = one(await deploy(), "storage Bucket", "logs");
      assert.deepEqual((lifecycleRules as unknown[]).at(-1), { action: { type: "Delete" }, condition: { age: 90 } });
      assert.deepEqual([logging, softDeletePolicy], [undefined, { retentionDurationSeconds: 0 }]);
    });

    it("deletes a replaced object before its successor is created", async () => {
      const [object] = all(await deploy(), "storage BucketObject");
      assert.deepEqual(object!.inputs, {
        bucket: "ape-prod-bootstrap-1a2b3c4d",
        name: "nodes/node-1",
        content: SECRET, // the provider's own idea
        contentType: "text/plain",
      });
      assert.ok(object!.deleteBeforeReplace);
    });
  });

  it("stores a secret in the stack's region", async () => {
    assert.deepEqual(one(await deploy(), "secretmanager Secret", "redis-api"), {
      secretId: "ape-prod-redis-api",
      replication: { userManaged: { replicas: [{ location: "us-central1" }] } },
      labels: { ...CONTEXT.labels, name: "ape-prod-redis-api" },
    });
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

interface Scaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly cpuUtilization: { readonly target: number };
}

interface Rule {
  readonly action: string;
  readonly priority: number;
  readonly match: { readonly config: { readonly srcIpRanges: readonly string[] } };
}

describe("Google Cloud's names", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,19}[a-z0-9]$/);

  it("of service accounts are valid, and unique per node", () => {
    fc.assert(
      fc.property(name, name, name, (stack, a, b) => {
        const ids = [a, b].map((node) => accountId(`ape-${stack}-${node}`));
        ids.forEach((id) => assert.match(id, /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/));
        assert.equal(ids[0] === ids[1], a === b);
      }),
    );
    assert.equal(accountId("ape-prod-redis-1"), "ape-prod-redis-1");
  });

  it("of labels are valid for any text", () => {
    fc.assert(fc.property(fc.string(), (text) => assert.match(labelValue(text), /^[a-z0-9_-]{0,63}$/)));
    assert.equal(labelValue("Redis+API"), "redis_api");
    assert.deepEqual(labels({ prefix: "ape-prod", labels: { tier: "t1" } }, "redis-1"), {
      tier: "t1",
      name: "ape-prod-redis-1",
    });
  });
});
