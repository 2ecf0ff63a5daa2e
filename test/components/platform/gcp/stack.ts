import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { FlowRule } from "../../../../components/model/flows";
import { machineType } from "../../../../components/model/machine-types";
import { GcpPlatform } from "../../../../components/platform/gcp/platform";
import type {
  Backend,
  BalancerSpec,
  GroupSpec,
  NetworkSpec,
  NodeSpec,
  StackContext,
} from "../../../../components/platform/platform";
import type { Recorded } from "../../../../planning/record";
import { withMocks } from "../../../support/mocks";

export const CONTEXT: StackContext = {
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
/** The value of every secret. */
export const PLAINTEXT = "correct-horse-battery-staple";

export const FLOWS: readonly FlowRule[] = [
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
export const NODE: NodeSpec = {
  name: "node-1",
  zone: 0,
  machine: MACHINE,
  address: "10.60.16.200",
  services: ["timescaledb", "redis"],
  userData: "#!/bin/bash\ntrue\n",
  secrets: ["node-node-1", "redis-api"],
  grants: [GRANT, { bucket: "backups", prefix: "timescaledb/", access: "read" }],
};
export const GROUP: GroupSpec = {
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

export interface Changes {
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

export class Root extends pulumi.ComponentResource {
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
  const first = platform.node(NODE, network, { ...within, dependsOn: ready });
  disks.forEach((disk, slot) => disk.attachTo(first, slot));
  const backend = (): Backend => {
    if (!changes.shared) {
      return { group: platform.scalingGroup({ ...GROUP, ...changes.group }, network, { ...within, dependsOn: ready }) };
    }
    const second = { ...NODE, name: "node-2", zone: 1, address: "10.60.17.201", secrets: ["node-node-2"], grants: [] };
    return { nodes: [first, platform.node(second, network, within)] };
  };
  const own = { certificate: "CERTIFICATE\n", key: pulumi.secret(PLAINTEXT), chain: "CHAIN\n" };
  platform.loadBalancer({ ...BALANCER, ...changes.balancer }, network, own, backend(), within);
}

export function deploy(changes: Changes = {}): Promise<Recorded[]> {
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
export function short(type: string): string {
  return type.startsWith("gcp:") ? type.slice(4).replace(/\/.*:/, " ") : type;
}

export function all(resources: readonly Recorded[], type: string): Recorded[] {
  const found = resources.filter((resource) => short(resource.type) === type);
  assert.ok(found.length > 0, `no ${type}`);
  return found;
}

export function one(resources: readonly Recorded[], type: string, name: string): Recorded["inputs"] {
  const found = all(resources, type).filter((resource) => resource.name === name);
  assert.equal(found.length, 1, `${type} ${name}`);
  return found[0]!.inputs;
}

export function byName<T>(
  resources: readonly Recorded[],
  describe: (inputs: Record<string, never>) => T,
): [string, T][] {
  return resources
    .map(({ name, inputs }): [string, T] => [name, describe(inputs as Record<string, never>)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
