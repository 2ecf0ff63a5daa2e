import type { CloudResource } from "../../../cost/resource";
import { resource } from "../resources";
import type { Case } from "./case";

const vm = (machineType: string, more: object = {}): CloudResource =>
  resource("gcp:compute/instance:Instance", {
    machineType,
    bootDisk: { initializeParams: { size: 16, type: "pd-balanced" } },
    ...more,
  });

const instanceTemplate = resource(
  "gcp:compute/instanceTemplate:InstanceTemplate",
  { machineType: "e2-medium", disks: [{ diskType: "pd-balanced", diskSizeGb: 16 }] },
  { name: "api" },
);
const manager = resource(
  "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager",
  {},
  { name: "api", dependsOn: [instanceTemplate.urn] },
);
const autoscaler = resource(
  "gcp:compute/regionAutoscaler:RegionAutoscaler",
  { autoscalingPolicy: { minReplicas: 3 } },
  { name: "api", dependsOn: [manager.urn] },
);

export const GCP_CASES: readonly Case[] = [
  // Google Cloud: a 16 GB boot disk is 16 x 0.10 = 1.60.
  { what: "e2-standard-4", cloud: "gcp", resources: [vm("e2-standard-4")], cents: [9784, 160] }, // 0.13402284 x 730 = 97.8367
  { what: "n2-standard-4", cloud: "gcp", resources: [vm("n2-standard-4")], cents: [14179, 160] }, // 0.194236 x 730 = 141.7923
  {
    what: "n2-standard-4 with sustained use, 20 % off",
    cloud: "gcp",
    resources: [vm("n2-standard-4")],
    option: "sustained-use",
    cents: [11346, 160], // 113.4622
  },
  {
    what: "n2-standard-4 committed for a year: in the place of sustained use, not on top of it",
    cloud: "gcp",
    resources: [vm("n2-standard-4")],
    option: "reserved-1y",
    cents: [8933, 160], // 141.7923 x 0.63 = 89.3291 from the list; on top of sustained use it would be 71.48
  },
  {
    what: "a group of three, its size from its autoscaler",
    cloud: "gcp",
    resources: [instanceTemplate, manager, autoscaler],
    cents: [7338, 480], // 0.03350571 x 730 = 24.4592 -> 24.46 x 3; 1.60 x 3
  },
  {
    what: "disks of each type, and one in two zones",
    cloud: "gcp",
    resources: [
      resource("gcp:compute/disk:Disk", { size: 100, type: "pd-balanced" }, { name: "a" }),
      resource("gcp:compute/disk:Disk", { size: 100, type: "pd-ssd" }, { name: "b" }),
      resource("gcp:compute/disk:Disk", { size: 100 }, { name: "c" }),
      resource("gcp:compute/regionDisk:RegionDisk", { size: 100, type: "pd-ssd" }),
    ],
    cents: [1000, 1700, 400, 3400], // 100 x 0.10, 0.17, 0.04, 0.34
  },
  {
    what: "Cloud NAT for two VMs and 6 GB",
    cloud: "gcp",
    resources: [
      resource("gcp:compute/routerNat:RouterNat"),
      ...["urn:z1", "urn:z2"].map((urn) => ({ ...vm("e2-medium"), urn })),
    ],
    usage: { natGbPerNode: 3 },
    // 2 x 730 x 0.0014 = 2.044; 6 x 0.045 = 0.27; 24.4592
    cents: [204, 27, 2446, 160, 2446, 160],
  },
  {
    what: "seven forwarding rules: one charge for five, and two more",
    cloud: "gcp",
    resources: [1, 2, 3, 4, 5, 6, 7].map((index) =>
      resource("gcp:compute/globalForwardingRule:GlobalForwardingRule", {}, { name: `r${index}` }),
    ),
    usage: { queriesPerHour: 1000, requestKiB: 4, responseKiB: 32 },
    // 730 x 0.025 = 18.25; 25.063 GB x 0.008 = 0.2005; 22.278 x 0.12 = 2.673; 730 x 0.01 = 7.30 twice
    cents: [1825, 20, 267, 730, 730],
  },
  {
    what: "an address that nothing uses",
    cloud: "gcp",
    resources: [resource("gcp:compute/globalAddress:GlobalAddress")],
    cents: [730], // 730 x 0.01
  },
  {
    what: "a secret's version, and a key",
    cloud: "gcp",
    resources: [
      resource("gcp:kms/cryptoKey:CryptoKey"),
      resource("gcp:secretmanager/secret:Secret"),
      resource("gcp:secretmanager/secretVersion:SecretVersion"),
    ],
    cents: [6, 6, 0], // 0.06 each; no reads
  },
  {
    what: "backups of 100 GB in nearline",
    cloud: "gcp",
    resources: [resource("gcp:storage/bucket:Bucket", { storageClass: "NEARLINE" }, { name: "backups" })],
    usage: { "dataGb.timescaledb": 100, backupFactor: 3, bucketWritesK: 60, bucketReadsK: 60 },
    cents: [300, 30, 2], // 300 x 0.010; 6 x 0.05; 6 x 0.004 = 0.024
  },
  {
    what: "a pool of a node in each of three zones",
    cloud: "gcp",
    resources: [
      resource("gcp:container/nodePool:NodePool", {
        nodeCount: 1,
        nodeLocations: ["a", "b", "c"],
        nodeConfig: { machineType: "e2-standard-4", diskSizeGb: 30 },
      }),
    ],
    cents: [29352, 900], // 97.84 x 3; 30 x 0.10 x 3
  },
  {
    what: "a cluster and a pool of two spot nodes",
    cloud: "gcp",
    resources: [
      resource("gcp:container/cluster:Cluster"),
      resource("gcp:container/nodePool:NodePool", {
        nodeCount: 2,
        nodeConfig: { machineType: "n2-standard-2", spot: true },
      }),
    ],
    // 730 x 0.10; 0.04606 x 730 = 33.6238 -> 33.62 x 2; 100 x 0.10 x 2
    cents: [7300, 6724, 2000],
  },
];
