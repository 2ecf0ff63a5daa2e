import assert from "node:assert/strict";
import { ConfigError, parseConfig, type Problem } from "../../../stacks/config/load";

const BASE = {
  cloud: "aws",
  tier: "t1",
  owner: "platform",
  costCentre: "ape",
  apiImage: "registry.example.com/ape/api:1.0.0",
};
const PROD = { tier: "t3", neo4jLicense: "evaluation" };
const GCP = { cloud: "gcp" };
const NEW_CLUSTER = { apiRuntime: "kubernetes", kubernetesCluster: "new" };
const CLUSTER = { apiRuntime: "kubernetes", kubeconfig: "given", kubernetesCidrs: ["10.8.0.0/14"] };
const WAIVER = { policy: "data-zones", resource: "*", reason: "Load tests only", owner: "ada", until: "2026-12-31" };
const ARN = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** A config that has one problem, and what is said of it. */
interface Bad {
  readonly set: Readonly<Record<string, unknown>>;
  readonly key: string;
  readonly value: string;
  /** Part of the reason, where there is one. */
  readonly why?: string;
  readonly allowed: string;
  readonly example: string;
}

const PROBLEMS: readonly Bad[] = [
  // What is required.
  {
    set: { cloud: undefined },
    key: "cloud",
    value: "(not set)",
    why: "it is required",
    allowed: "aws or gcp",
    example: "cloud: aws",
  },
  {
    set: { tier: null },
    key: "tier",
    value: "(not set)",
    why: "it is required",
    allowed: "t1, t2, t3 or t4",
    example: "tier: t2",
  },
  {
    set: { owner: undefined },
    key: "owner",
    value: "(not set)",
    why: "it is required",
    allowed: "1 to 63 of a-z, 0-9, _ and -",
    example: "owner: platform-team",
  },
  {
    set: { costCentre: undefined },
    key: "costCentre",
    value: "(not set)",
    why: "it is required",
    allowed: "a letter first",
    example: "costCentre: ape-2026",
  },
  {
    set: { apiImage: undefined },
    key: "apiImage",
    value: "(not set)",
    why: "it is required",
    allowed: "an image's whole name",
    example: "apiImage: registry.example.com/ape/api:1.0.0",
  },
  // Single keys.
  { set: { cloud: "azure" }, key: "cloud", value: '"azure"', allowed: "aws or gcp", example: "cloud: aws" },
  { set: { cloud: "AWS" }, key: "cloud", value: '"AWS"', allowed: "aws or gcp", example: "cloud: aws" },
  { set: { tier: "t5" }, key: "tier", value: '"t5"', allowed: "t1, t2, t3 or t4", example: "tier: t2" },
  { set: { tier: 3 }, key: "tier", value: "3", allowed: "t1, t2, t3 or t4", example: "tier: t2" },
  {
    set: { owner: "Platform Team" },
    key: "owner",
    value: '"Platform Team"',
    allowed: "valid as an AWS tag and as a Google Cloud label",
    example: "owner: platform-team",
  },
  {
    set: { owner: ["a"] },
    key: "owner",
    value: '["a"]',
    why: "it is a list",
    allowed: "1 to 63",
    example: "owner: platform-team",
  },
  {
    set: { costCentre: "2026" },
    key: "costCentre",
    value: '"2026"',
    allowed: "a letter first",
    example: "costCentre: ape-2026",
  },
  {
    set: { costCentre: "a".repeat(64) },
    key: "costCentre",
    value: `"${"a".repeat(64)}"`,
    allowed: "1 to 63",
    example: "costCentre: ape-2026",
  },
  {
    set: { apiImage: "registry.example.com/ape/api" },
    key: "apiImage",
    value: '"registry.example.com/ape/api"',
    why: "without a tag, nobody can say what runs",
    allowed: "<registry>/<path>:<tag>",
    example: "apiImage: registry.example.com/ape/api:1.0.0",
  },
  {
    set: { apiImage: "registry.example.com/ape/api:latest" },
    key: "apiImage",
    value: '"registry.example.com/ape/api:latest"',
    why: "the tag latest, nobody can say",
    allowed: "not the tag latest",
    example: "apiImage: registry.example.com/ape/api:1.0.0",
  },
  {
    set: { apiImage: "ape/api:1.0.0" },
    key: "apiImage",
    value: '"ape/api:1.0.0"',
    why: "registry included",
    allowed: "<registry>/<path>:<tag>",
    example: "apiImage: registry.example.com/ape/api:1.0.0",
  },
  {
    set: { region: "US East" },
    key: "region",
    value: '"US East"',
    allowed: "auto (us-east-1 on aws, us-central1 on gcp)",
    example: "region: us-east-1",
  },
  { set: { zones: 4 }, key: "zones", value: "4", allowed: "1, 2 or 3", example: "zones: 3" },
  {
    set: { zones: "all" },
    key: "zones",
    value: '"all"',
    allowed: "auto (3 when highly available, otherwise 1)",
    example: "zones: 3",
  },
  {
    set: { placement: "spread" },
    key: "placement",
    value: '"spread"',
    allowed: "dedicated or packed",
    example: "placement: packed",
  },
  {
    set: { highAvailability: "yes" },
    key: "highAvailability",
    value: '"yes"',
    allowed: "auto (true at t3 and t4 unless zones is 1 or 2, otherwise false), true or false",
    example: "highAvailability: true",
  },
  {
    set: { apiRuntime: "docker" },
    key: "apiRuntime",
    value: '"docker"',
    allowed: "vm or kubernetes",
    example: "apiRuntime: kubernetes",
  },
  {
    set: { apiDomain: "https://api.example.com" },
    key: "apiDomain",
    value: '"https://api.example.com"',
    allowed: "a DNS name in lower case",
    example: "apiDomain: api.example.com",
  },
  {
    set: { apiSpotPercent: 101 },
    key: "apiSpotPercent",
    value: "101",
    allowed: "a whole number from 0 to 100",
    example: "apiSpotPercent: 50",
  },
  {
    set: { apiSpotPercent: "12.5" },
    key: "apiSpotPercent",
    value: '"12.5"',
    why: "it must be a whole number",
    allowed: "a whole number from 0 to 100",
    example: "apiSpotPercent: 50",
  },
  {
    set: { kubernetesNamespace: "Ape" },
    key: "kubernetesNamespace",
    value: '"Ape"',
    allowed: "1 to 63 of a-z, 0-9 and -",
    example: "kubernetesNamespace: ape",
  },
  {
    set: { kubernetesCidrs: "10.8.0.0/14" },
    key: "kubernetesCidrs",
    value: '"10.8.0.0/14"',
    why: "it is not valid JSON",
    allowed: "a list of IPv4 networks",
    example: 'kubernetesCidrs: ["10.8.0.0/14"]',
  },
  {
    set: { redisMode: "sentinel" },
    key: "redisMode",
    value: '"sentinel"',
    allowed: "or cluster",
    example: "redisMode: cluster",
  },
  {
    set: { redisMode: "cluster" },
    key: "redisMode",
    value: '"cluster"',
    why: "a cluster has six members, no two on one node, and only T4's load pays for them",
    allowed: "cluster with tier t4 and high availability in three zones",
    example: "redisMode: auto",
  },
  {
    set: { timescaledbShards: 3 },
    key: "timescaledbShards",
    value: "3",
    allowed: "1, 2 or 4",
    example: "timescaledbShards: 2",
  },
  {
    set: { timescaledbShards: 2 },
    key: "timescaledbShards",
    value: "2",
    why: "each shard has three members, no two on one node, and only T4's load pays for more than one",
    allowed: "2 or 4 with tier t4 and high availability",
    example: "timescaledbShards: 1",
  },
  {
    set: { timescaledbEdition: "enterprise" },
    key: "timescaledbEdition",
    value: '"enterprise"',
    allowed: "apache or community",
    example: "timescaledbEdition: community",
  },
  {
    set: { timescaledbEdition: "community", timescaledbRetentionDays: 7 },
    key: "timescaledbRetentionDays",
    value: "7",
    allowed: "0 (for ever) or 14 to 36500",
    example: "timescaledbRetentionDays: 730",
  },
  {
    set: { timescaledbRetentionDays: 730 },
    key: "timescaledbRetentionDays",
    value: "730",
    why: "only TimescaleDB's community edition has jobs that delete or sum up",
    allowed: "timescaledbEdition: community",
    example: "timescaledbRetentionDays: 0",
  },
  {
    set: { timescaledbAggregates: ["day"] },
    key: "timescaledbAggregates",
    value: '["day"]',
    why: "only TimescaleDB's community edition has jobs that delete or sum up",
    allowed: "timescaledbEdition: community",
    example: "timescaledbAggregates: []",
  },
  {
    set: { timescaledbEdition: "community", timescaledbAggregates: ["minute"] },
    key: "timescaledbAggregates[0]",
    value: '"minute"',
    allowed: "a list of hour, day or week",
    example: 'timescaledbAggregates: ["hour", "day"]',
  },
  {
    set: { timescaledbRestoreTo: "2026-01-31 12:00" },
    key: "timescaledbRestoreTo",
    value: '"2026-01-31 12:00"',
    allowed: '"2026-01-31T12:00:00Z"',
    example: "timescaledbRestoreTo: 2026-01-31T12:00:00Z",
  },
  {
    set: { neo4jEdition: "aura" },
    key: "neo4jEdition",
    value: '"aura"',
    allowed: "community or enterprise",
    example: "neo4jEdition: community",
  },
  {
    set: { neo4jVersion: 4.4 },
    key: "neo4jVersion",
    value: "4.4",
    allowed: "5.26 or 2026",
    example: "neo4jVersion: 2026",
  },
  {
    set: { neo4jPackages: "https://mirror.example.com/neo4j/" },
    key: "neo4jPackages",
    value: '"https://mirror.example.com/neo4j/"',
    allowed: "the https URL of Neo4j's package archive or of a copy of it",
    example: "neo4jPackages: https://mirror.example.internal/neo4j",
  },
  {
    set: { nat: "none", packageMirror: "https://mirror.example.com/debian" },
    key: "nat",
    value: '"none"',
    why: "they reach none but through neo4jPackages",
    allowed: "none together with neo4jPackages",
    example: "nat: one",
  },
  {
    set: { neo4jLicense: "yes" },
    key: "neo4jLicense",
    value: '"yes"',
    allowed: "none, evaluation or commercial",
    example: "neo4jLicense: evaluation",
  },
  {
    set: { backupRetentionDays: 7 },
    key: "backupRetentionDays",
    value: "7",
    allowed: "a whole number from 30 to 3650",
    example: "backupRetentionDays: 90",
  },
  {
    set: { budgetEmails: ["platform"] },
    key: "budgetEmails[0]",
    value: '"platform"',
    allowed: "e-mail addresses",
    example: 'budgetEmails: ["platform@example.com"]',
  },
  {
    set: { budgetEmails: ["1@a.de", "2@a.de", "3@a.de", "4@a.de", "5@a.de", "6@a.de"] },
    key: "budgetEmails",
    value: '["1@a.de","2@a.de","3@a.de","4@a.de","5@a.de","6@a.de"]',
    why: "there are 6",
    allowed: "at most 5",
    example: 'budgetEmails: ["platform@example.com"]',
  },
  {
    set: { billingAccount: "012345-6789ab-cdef01" },
    key: "billingAccount",
    value: '"012345-6789ab-cdef01"',
    allowed: "id of a Google Cloud billing account",
    example: "billingAccount: 012345-6789AB-CDEF01",
  },
  {
    set: { billingAccount: "012345-6789AB-CDEF01" },
    key: "billingAccount",
    value: '"012345-6789AB-CDEF01"',
    why: "cloud is aws, whose budgets need none",
    allowed: "a billing account with cloud gcp",
    example: 'billingAccount: ""',
  },
  { set: { budgetUsd: 0 }, key: "budgetUsd", value: "0", allowed: "a number above 0", example: "budgetUsd: 650" },
  {
    set: { budgetUsd: "$500" },
    key: "budgetUsd",
    value: '"$500"',
    allowed: "auto (the tier's for the cloud)",
    example: "budgetUsd: 650",
  },
  {
    set: { allowedClientCidrs: [] },
    key: "allowedClientCidrs",
    value: "[]",
    why: "the list is empty",
    allowed: "at least one",
    example: 'allowedClientCidrs: ["203.0.113.0/24"]',
  },
  {
    set: { allowedClientCidrs: "0.0.0.0/0" },
    key: "allowedClientCidrs",
    value: '"0.0.0.0/0"',
    why: "it is not valid JSON",
    allowed: "a list",
    example: 'allowedClientCidrs: ["203.0.113.0/24"]',
  },
  {
    set: { allowedClientCidrs: ["10.0.0.0/8", "10.0.0.1/8"] },
    key: "allowedClientCidrs[1]",
    value: '"10.0.0.1/8"',
    why: "host bits are set; the network is 10.0.0.0/8",
    allowed: "IPv4 networks in CIDR notation",
    example: 'allowedClientCidrs: ["203.0.113.0/24"]',
  },
  {
    set: { allowedClientCidrs: '["::/0"]' },
    key: "allowedClientCidrs[0]",
    value: '"::/0"',
    why: "not an IPv4 network in CIDR notation",
    allowed: "IPv4 networks",
    example: 'allowedClientCidrs: ["203.0.113.0/24"]',
  },
  {
    set: { deletionProtection: 1 },
    key: "deletionProtection",
    value: "1",
    allowed: "true or false",
    example: "deletionProtection: false",
  },
  { set: { nat: "two" }, key: "nat", value: '"two"', allowed: "none, one or per-zone", example: "nat: one" },
  {
    set: { packageMirror: "http://mirror.example.com" },
    key: "packageMirror",
    value: '"http://mirror.example.com"',
    allowed: "the https URL of a Debian mirror",
    example: "packageMirror: https://mirror.example.internal/debian",
  },
  {
    set: { networkCidr: "10.60.0.0/20" },
    key: "networkCidr",
    value: '"10.60.0.0/20"',
    why: "the prefix length must be 16",
    allowed: "a private IPv4 /16",
    example: "networkCidr: 10.60.0.0/16",
  },
  {
    set: { networkCidr: "8.8.0.0/16" },
    key: "networkCidr",
    value: '"8.8.0.0/16"',
    why: "it is not a private network",
    allowed: "172.16.0.0/12",
    example: "networkCidr: 10.60.0.0/16",
  },
  {
    set: { networkCidr: "10.60.1.0/16" },
    key: "networkCidr",
    value: '"10.60.1.0/16"',
    why: "host bits are set",
    allowed: "192.168.0.0/16",
    example: "networkCidr: 10.60.0.0/16",
  },
  {
    set: { account: "1234" },
    key: "account",
    value: '"1234"',
    allowed: "on aws the 12 digits of an AWS account",
    example: 'account: "123456789012"',
  },
  {
    set: { image: "debian-13" },
    key: "image",
    value: '"debian-13"',
    allowed: "on aws an AMI id",
    example: "image: ami-0123456789abcdef0",
  },
  {
    set: { kmsKey: "alias/ape" },
    key: "kmsKey",
    value: '"alias/ape"',
    allowed: "on aws the ARN of a KMS key",
    example: `kmsKey: ${ARN}`,
  },
  {
    set: { bucketSuffix: "A" },
    key: "bucketSuffix",
    value: '"A"',
    allowed: "1 to 20 of a-z, 0-9 and -",
    example: "bucketSuffix: ape-a1",
  },
  {
    set: { certificatesFrom: "2026-02-30" },
    key: "certificatesFrom",
    value: '"2026-02-30"',
    why: "no such day",
    allowed: "a day, YYYY-MM-DD",
    example: 'certificatesFrom: "2026-01-01"',
  },
  {
    set: { certificatesFrom: "01.02.2026" },
    key: "certificatesFrom",
    value: '"01.02.2026"',
    allowed: "a day, YYYY-MM-DD",
    example: 'certificatesFrom: "2026-01-01"',
  },
  {
    set: { waivers: { a: { ...WAIVER, until: "2026-02-30" } } },
    key: "waivers.a.until",
    value: '"2026-02-30"',
    why: "no such day",
    allowed: "its last day, YYYY-MM-DD",
    example:
      'waivers: { no-second-zone: { policy: data-zones, resource: "*", reason: Load tests only, owner: ada, until: "2026-12-31" } }',
  },
  {
    set: { waivers: { a: { ...WAIVER, reason: "short" } } },
    key: "waivers.a.reason",
    value: '"short"',
    allowed: "why, in 10 to 500 characters",
    example:
      'waivers: { no-second-zone: { policy: data-zones, resource: "*", reason: Load tests only, owner: ada, until: "2026-12-31" } }',
  },
  {
    set: { waivers: { a: { ...WAIVER, by: "ada" } } },
    key: "waivers.a",
    value: "(not shown)",
    why: "there is no by in a waiver, only policy, resource, reason, owner, until",
    allowed: "by a name of yours",
    example:
      'waivers: { no-second-zone: { policy: data-zones, resource: "*", reason: Load tests only, owner: ada, until: "2026-12-31" } }',
  },
  // Sizes.
  {
    set: { overrides: "{" },
    key: "overrides",
    value: '"{"',
    why: "it is not valid JSON",
    allowed: "an object of services",
    example: "overrides: { neo4j: { heapGiB: 6 } }",
  },
  {
    set: { overrides: { redis: 4 } },
    key: "overrides.redis",
    value: "4",
    why: "it is not an object",
    allowed: "maxMemoryGiB, diskGiB, instanceType",
    example: "overrides: { neo4j: { heapGiB: 6 } }",
  },
  {
    set: { overrides: { neo4j: { heapGiB: 64 } } },
    key: "overrides.neo4j.heapGiB",
    value: "64",
    allowed: "a number from 0.5 to 31",
    example: "overrides: { neo4j: { heapGiB: 6 } }",
  },
  {
    set: { overrides: '{"api":{"containers":11}}' },
    key: "overrides.api.containers",
    value: "11",
    allowed: "a whole number from 1 to 10",
    example: "overrides: { api: { containers: 4 } }",
  },
  {
    set: { overrides: { timescaledb: { diskGiB: 5 } } },
    key: "overrides.timescaledb.diskGiB",
    value: "5",
    allowed: "a whole number from 10 to 16384",
    example: "overrides: { timescaledb: { diskGiB: 200 } }",
  },
  {
    set: { overrides: { redis: { diskGiB: 3 } } },
    key: "overrides.redis.diskGiB",
    value: "3",
    allowed: "from 4 to 16384",
    example: "overrides: { redis: { diskGiB: 20 } }",
  },
  {
    set: { overrides: { neo4j: { members: 2 } } },
    key: "overrides.neo4j.members",
    value: "2",
    why: "two servers have no majority once one of them fails",
    allowed: "1 or 3",
    example: "overrides: { neo4j: { members: 3 } }",
  },
  {
    set: { overrides: { neo4j: { members: 5 } } },
    key: "overrides.neo4j.members",
    value: "5",
    why: "one server in each of three zones",
    allowed: "1 or 3",
    example: "overrides: { neo4j: { members: 3 } }",
  },
  // Keys that don't exist.
  {
    set: { teir: "t2" },
    key: "teir",
    value: "(not shown)",
    why: "did you mean tier?",
    allowed: "t1, t2, t3 or t4",
    example: "tier: t2",
  },
  {
    set: { apiimage: "x" },
    key: "apiimage",
    value: "(not shown)",
    why: "did you mean apiImage?",
    allowed: "an image's whole name",
    example: "apiImage: registry.example.com/ape/api:1.0.0",
  },
  {
    set: { neo4jLicence: "none" },
    key: "neo4jLicence",
    value: "(not shown)",
    why: "did you mean neo4jLicense?",
    allowed: "evaluation",
    example: "neo4jLicense: evaluation",
  },
  {
    set: { x: "y" },
    key: "x",
    value: "(not shown)",
    why: "unknown key",
    allowed: "cloud, tier, owner",
    example: "tier: t2",
  },
  {
    set: { toString: "y" },
    key: "toString",
    value: "(not shown)",
    why: "unknown key",
    allowed: "",
    example: "",
  },
  {
    set: { overrides: { neo4j: { heapGib: 2 } } },
    key: "overrides.neo4j.heapGib",
    value: "(not shown)",
    why: "did you mean heapGiB?",
    allowed: "heapGiB, pageCacheGiB, members, diskGiB, instanceType",
    example: "overrides: { neo4j: { heapGiB: 6 } }",
  },
  {
    set: { overrides: { timescale: {} } },
    key: "overrides.timescale",
    value: "(not shown)",
    why: "did you mean timescaledb?",
    allowed: "api, timescaledb, neo4j, redis",
    example: "overrides: { neo4j: { heapGiB: 6 } }",
  },
  // Between keys: place.
  {
    set: { region: "us-central1" },
    key: "region",
    value: '"us-central1"',
    why: "it is a region of gcp, and cloud is aws",
    allowed: "auto, us-east-1",
    example: "region: us-east-1",
  },
  {
    set: { region: "eu-west-4" },
    key: "region",
    value: '"eu-west-4"',
    why: "aws has no such region with three zones; did you mean eu-west-1?",
    allowed: "eu-west-1, eu-west-2",
    example: "region: eu-west-1",
  },
  {
    set: { region: "us-west-1" },
    key: "region",
    value: '"us-west-1"',
    why: "no such region with three zones",
    allowed: "us-west-2",
    example: "region: us-west-2",
  },
  {
    set: { region: "eu-west-1" },
    key: "image",
    value: '""',
    why: 'no Debian 13 image is pinned for eu-west-1; "npm run images -- --region eu-west-1"',
    allowed: "required in regions without a pinned one",
    example: "image: ami-0123456789abcdef0",
  },
  {
    set: { ...PROD, highAvailability: true, zones: 1 },
    key: "zones",
    value: "1",
    why: "takes three of them",
    allowed: "3 or auto; or highAvailability: false",
    example: "zones: 3",
  },
  {
    set: { ...PROD, highAvailability: "true", zones: "2" },
    key: "zones",
    value: "2",
    why: "highAvailability is true",
    allowed: "3 or auto",
    example: "zones: 3",
  },
  {
    set: { account: "ape-production" },
    key: "account",
    value: '"ape-production"',
    why: "it is a Google Cloud project id, and cloud is aws",
    allowed: "the 12 digits of an AWS account",
    example: 'account: "123456789012"',
  },
  {
    set: { ...GCP, account: 123456789012 },
    key: "account",
    value: '"123456789012"',
    why: "it is the 12 digits of an AWS account, and cloud is gcp",
    allowed: "a Google Cloud project id",
    example: "account: ape-production",
  },
  {
    set: { ...GCP, image: "ami-0123456789abcdef0" },
    key: "image",
    value: '"ami-0123456789abcdef0"',
    why: "it is an AMI id, and cloud is gcp",
    allowed: "projects/<project>/global/images/<name>",
    example: "image: projects/ape-production/global/images/debian-13",
  },
  {
    set: { ...GCP, kmsKey: ARN },
    key: "kmsKey",
    value: JSON.stringify(ARN),
    why: "it is the ARN of a KMS key, and cloud is gcp",
    allowed: "cryptoKeys/<key>",
    example: "kmsKey: projects/ape-production/locations/us-central1/keyRings/ape/cryptoKeys/disks",
  },
  {
    set: { kmsKey: ARN.replace("us-east-1", "eu-west-1") },
    key: "kmsKey",
    value: JSON.stringify(ARN.replace("us-east-1", "eu-west-1")),
    why: "it belongs to region eu-west-1, and the stack stands in us-east-1",
    allowed: "one of region us-east-1",
    example: `kmsKey: ${ARN}`,
  },
  {
    set: { apiDomain: "api.example.com", apiCertificate: "ape" },
    key: "apiCertificate",
    value: '"ape"',
    why: "cloud is aws",
    allowed: "the ARN of an ACM certificate",
    example: "apiCertificate: arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
  },
  {
    set: { ...GCP, apiDomain: "api.example.com", apiDnsZone: "Z0123456789ABCDEFGHIJ" },
    key: "apiDnsZone",
    value: '"Z0123456789ABCDEFGHIJ"',
    why: "it is the id of a public Route 53 zone, and cloud is gcp",
    allowed: "the name of a public Cloud DNS zone",
    example: "apiDnsZone: example-com",
  },
  {
    set: { ...GCP, overrides: { redis: { diskGiB: 4 } } },
    key: "overrides.redis.diskGiB",
    value: "4",
    why: "no smaller disk than 10 GiB",
    allowed: "on gcp at least 10",
    example: "overrides: { redis: { diskGiB: 10 } }",
  },
  // Between keys: the API.
  {
    set: { ...GCP, apiCertificate: "ape" },
    key: "apiDomain",
    value: '""',
    why: "apiCertificate is set",
    allowed: "the DNS name that apiCertificate was issued for",
    example: "apiDomain: api.example.com",
  },
  {
    set: { apiDnsZone: "Z0123456789ABCDEFGHIJ" },
    key: "apiDomain",
    value: '""',
    why: "apiDnsZone is set",
    allowed: "a DNS name within the zone",
    example: "apiDomain: api.example.com",
  },
  {
    set: { apiDomain: "api.example.com", apiCertificate: "managed" },
    key: "apiDnsZone",
    value: '""',
    why: "AWS wants a record in the domain's zone as proof",
    allowed: "the id of a public Route 53 zone with apiCertificate: managed",
    example: "apiDnsZone: Z0123456789ABCDEFGHIJ",
  },
  {
    set: { apiSpotPercent: 50 },
    key: "apiSpotPercent",
    value: "50",
    why: "the stack is not highly available",
    allowed: "with apiRuntime vm and highAvailability only",
    example: "apiSpotPercent: 0",
  },
  {
    set: { ...PROD, ...CLUSTER, apiSpotPercent: 50 },
    key: "apiSpotPercent",
    value: "50",
    why: "the API runs on Kubernetes",
    allowed: "0; above that with apiRuntime vm",
    example: "apiSpotPercent: 0",
  },
  {
    set: { ...CLUSTER, kubeconfig: "" },
    key: "kubeconfig",
    value: "(not set)",
    why: "the cluster's credentials are missing",
    allowed: "an existing cluster takes this or kubeconfigStack",
    example: "kubeconfig: { secure: AAABAK... } (cat kubeconfig.yaml | pulumi config set --secret kubeconfig)",
  },
  {
    set: { ...CLUSTER, kubernetesCidrs: [] },
    key: "kubernetesCidrs",
    value: "[]",
    why: "apiRuntime is kubernetes",
    allowed: "an existing cluster takes at least one",
    example: 'kubernetesCidrs: ["10.8.0.0/14"]',
  },
  {
    set: { ...CLUSTER, overrides: { api: { instanceType: "m5.large" } } },
    key: "overrides.api.instanceType",
    value: '"m5.large"',
    why: "it would have no effect",
    allowed: "only with apiRuntime vm",
    example: "overrides: { api: { workersPerContainer: 4 } }",
  },
  {
    set: { ...CLUSTER, overrides: { api: { containers: 2 } } },
    key: "overrides.api.containers",
    value: "2",
    why: "it would have no effect",
    allowed: "only with apiRuntime vm",
    example: "overrides: { api: { workersPerContainer: 4 } }",
  },
  {
    set: { ...CLUSTER, ...GCP, apiDomain: "a.example.com", apiCertificate: "ape" },
    key: "apiCertificate",
    value: '"ape"',
    why: "it would have no effect",
    allowed: '"" with an existing Kubernetes cluster',
    example: 'apiCertificate: ""',
  },
  {
    set: { ...CLUSTER, ...GCP, apiDomain: "a.example.com", apiDnsZone: "example-com" },
    key: "apiDnsZone",
    value: '"example-com"',
    why: "it would have no effect",
    allowed: '"" with an existing Kubernetes cluster',
    example: 'apiDnsZone: ""',
  },
  {
    set: { ...CLUSTER, kubeconfigStack: "acme/platform/prod" },
    key: "kubeconfigStack",
    value: '"acme/platform/prod"',
    why: "kubeconfig is set as well",
    allowed: '"" with kubeconfig',
    example: 'kubeconfigStack: ""',
  },
  {
    set: { ...CLUSTER, kubernetesOperatorCidrs: ["203.0.113.0/24"] },
    key: "kubernetesOperatorCidrs",
    value: '["203.0.113.0/24"]',
    why: "kubernetesCluster is existing",
    allowed: "not with kubernetesCluster: existing",
    example: "kubernetesOperatorCidrs: []",
  },
  {
    set: { ...NEW_CLUSTER, kubernetesCidrs: ["10.8.0.0/14"] },
    key: "kubernetesCidrs",
    value: '["10.8.0.0/14"]',
    why: "kubernetesCluster is new",
    allowed: "not with kubernetesCluster: new",
    example: "kubernetesCidrs: []",
  },
  {
    set: {
      ...NEW_CLUSTER,
      nat: "none",
      packageMirror: "https://m.example.com/d",
      neo4jPackages: "https://m.example.com/n",
    },
    key: "nat",
    value: '"none"',
    why: "the nodes of a new Kubernetes cluster fetch their images",
    allowed: "auto, one or per-zone",
    example: "nat: one",
  },
  {
    set: { ...NEW_CLUSTER, overrides: { api: { containers: 2 } } },
    key: "overrides.api.containers",
    value: "2",
    why: "it would have no effect",
    allowed: "only with apiRuntime vm",
    example: "overrides: { api: { workersPerContainer: 4 } }",
  },
  {
    set: { ...NEW_CLUSTER, kubernetesVersion: "1.30" },
    key: "kubernetesVersion",
    value: '"1.30"',
    allowed: "auto (1.36), 1.37, 1.36 or 1.35",
    example: 'kubernetesVersion: "1.36"',
  },
  // Between keys: the network.
  {
    set: { nat: "none" },
    key: "nat",
    value: '"none"',
    why: "nodes install their packages at boot",
    allowed: "none together with packageMirror and neo4jPackages",
    example: "nat: one",
  },
  {
    set: { nat: "per-zone" },
    key: "nat",
    value: '"per-zone"',
    why: "the stack has one zone",
    allowed: "per-zone with several zones",
    example: "nat: one",
  },
  // Between keys: machines.
  {
    set: { overrides: { redis: { instanceType: "n2-standard-2" } } },
    key: "overrides.redis.instanceType",
    value: '"n2-standard-2"',
    why: "it is a type of gcp, and cloud is aws",
    allowed: "an x86_64 instance type of aws",
    example: "overrides: { redis: { instanceType: t3.large } }",
  },
  {
    set: { overrides: { redis: { instanceType: "m5.larg" } } },
    key: "overrides.redis.instanceType",
    value: '"m5.larg"',
    why: "aws has no such x86_64 type; did you mean m5.large?",
    allowed: "an x86_64 instance type of aws",
    example: "overrides: { redis: { instanceType: m5.large } }",
  },
  {
    set: {
      placement: "packed",
      overrides: { redis: { instanceType: "m5.large" }, neo4j: { instanceType: "m5.xlarge" } },
    },
    key: "overrides.redis.instanceType",
    value: '"m5.large"',
    why: "it shares its nodes with neo4j, for which m5.xlarge is asked",
    allowed: "the same type for all services that share a node",
    example: "overrides: { redis: { instanceType: m5.xlarge } }",
  },
  // Between keys: Neo4j.
  {
    set: { tier: "t3" },
    key: "neo4jLicense",
    value: '"none"',
    why: "three members need Enterprise Edition, whose licence you have to accept yourself",
    allowed: "evaluation (you accept Neo4j's evaluation terms) or commercial",
    example: "neo4jLicense: evaluation",
  },
  {
    set: { neo4jEdition: "enterprise" },
    key: "neo4jLicense",
    value: '"none"',
    why: "neo4jEdition is enterprise, whose licence you have to accept yourself",
    allowed: "without either, neo4jEdition community",
    example: "neo4jLicense: evaluation",
  },
  {
    set: { ...PROD, neo4jEdition: "community" },
    key: "neo4jEdition",
    value: '"community"',
    why: "Community Edition can't be clustered",
    allowed: "community with overrides.neo4j.members: 1",
    example: "neo4jEdition: enterprise",
  },
  {
    set: { ...PROD, neo4jEdition: "community", overrides: { neo4j: { members: 3 } } },
    key: "overrides.neo4j.members",
    value: "3",
    why: "only Enterprise Edition can be clustered",
    allowed: "1 with neo4jEdition community",
    example: "overrides: { neo4j: { members: 1 } }",
  },
  {
    set: { neo4jLicense: "commercial", overrides: { neo4j: { members: 3 } } },
    key: "overrides.neo4j.members",
    value: "3",
    why: "one member in each of three zones, and the stack has 1",
    allowed: "3 with zones 3",
    example: "overrides: { neo4j: { members: 1 } }",
  },
];

describe("a config with one problem", () => {
  PROBLEMS.forEach(({ set, key, value, why = "", allowed, example }) => {
    it(`is told so: ${JSON.stringify(set)}`, () => {
      const { problems, message } = refused(set);
      assert.deepEqual(
        problems.map((problem) => [problem.key, problem.value]),
        [[key, value]],
        message,
      );
      const [problem] = problems as [Problem];
      assert.ok((problem.reason ?? "").includes(why) && (why !== "" || problem.reason === undefined), problem.reason);
      assert.ok(problem.allowed.includes(allowed), problem.allowed);
      assert.equal(example || problem.example, problem.example);
      const lines = [`${key}: ${value}`, `allowed: ${problem.allowed}`, `example: ${problem.example}`];
      lines.forEach((line) => assert.ok(message.includes(line), message));
    });
  });

  for (const stack of ["", "Dev", "1st", "dev_1", "a".repeat(21)]) {
    it(`in its stack's name is told so: ${JSON.stringify(stack)}`, () => {
      const { problems } = refused({}, stack);
      assert.deepEqual(
        problems.map(({ key, value }) => [key, value]),
        [["stack", JSON.stringify(stack)]],
      );
    });
  }
});

describe("a config with several problems", () => {
  const keysOf = (set: Readonly<Record<string, unknown>>): string[] => refused(set).problems.map(({ key }) => key);

  it("is told all of them at once", () => {
    assert.deepEqual(
      keysOf({
        teir: "t1",
        owner: "A",
        zones: 9,
        overrides: { neo4j: { heapGiB: 0, members: 2 }, redis: { disk: 1 } },
        nat: "none",
        allowedClientCidrs: ["1", "2"],
        networkCidr: "x",
      }),
      [
        "teir",
        "owner",
        "zones",
        "overrides.neo4j.heapGiB",
        "overrides.neo4j.members",
        "overrides.redis.disk",
        "allowedClientCidrs[0]",
        "allowedClientCidrs[1]",
        "networkCidr",
        "nat",
      ],
    );
  });

  it("of which one follows from the other is told the first only", () => {
    assert.deepEqual(keysOf({ cloud: "azure", region: "us-east-1", account: "123456789012" }), ["cloud"]);
    assert.deepEqual(keysOf({ tier: "t9", neo4jEdition: "enterprise", apiSpotPercent: 5 }), ["tier"]);
    assert.deepEqual(keysOf({ tier: "t4", highAvailability: true, zones: 1, nat: "per-zone" }), ["zones"]);
    assert.deepEqual(keysOf({ tier: "t3", neo4jEdition: "community" }), ["neo4jEdition"]);
    assert.deepEqual(keysOf({ region: "eu-west-4", kmsKey: ARN }), ["region"]);
    assert.deepEqual(keysOf({ apiRuntime: "docker", apiSpotPercent: 5, overrides: { api: { containers: 2 } } }), [
      "apiRuntime",
    ]);
  });

  it("of which one lies in overrides is told what is wrong beside them", () => {
    const overrides = { neo4j: { instanceType: "m5.larg" }, redis: { instanceType: "m5.large" } };
    assert.deepEqual(keysOf({ tier: "t3", placement: "packed", overrides }), [
      "overrides.neo4j.instanceType",
      "neo4jLicense",
    ]);
  });

  it("of which none follows from the other is told both", () => {
    assert.deepEqual(keysOf({ nat: "none", apiSpotPercent: 5, neo4jEdition: "enterprise" }), [
      "apiSpotPercent",
      "nat",
      "neo4jLicense",
    ]);
  });
});

describe("what a message shows", () => {
  it("reads as a whole", () => {
    assert.equal(
      refused({ teir: "t2", zones: 4, apiSpotPercent: 10 }).message,
      `The config of stack "dev" has 2 problems.

teir: (not shown)
  why:     unknown key; did you mean tier?
  allowed: t1, t2, t3 or t4
  example: tier: t2

zones: 4
  allowed: auto (3 when highly available, otherwise 1), 1, 2 or 3
  example: zones: 3

All keys: docs/configuration.md`,
    );
  });

  const SECRET = "hunter2-canary";

  it("is no secret: of a key that is encrypted", () => {
    const error = refused({ ...CLUSTER, kubeconfig: SECRET, owner: SECRET, kubernetesCidrs: [] }, "dev", [
      "kubeconfig",
      "owner",
    ]);
    assert.deepEqual(
      error.problems.map(({ key, value }) => [key, value]),
      [
        ["owner", "[secret]"],
        ["kubernetesCidrs", "[]"],
      ],
    );
    assert.doesNotMatch(JSON.stringify(error.problems) + error.message, /hunter2/);
    assert.match(error.message, /it is encrypted, but can't be kept secret/);
  });

  it("is no secret: of one that should have been encrypted", () => {
    const error = refused({ ...CLUSTER, kubeconfig: SECRET }, "dev", []);
    assert.deepEqual(
      error.problems.map(({ key, value }) => [key, value]),
      [["kubeconfig", "[secret]"]],
    );
    assert.doesNotMatch(error.message, /hunter2/);
    assert.match(error.message, /set it with --secret/);
  });

  it("is no secret: of a mistyped key, or in a URL", () => {
    const error = refused({
      kubeconfg: SECRET,
      overrides: { redis: { password: SECRET } },
      packageMirror: `https://user:${SECRET}@mirror.example.com`,
    });
    assert.equal(error.problems.length, 3);
    assert.doesNotMatch(JSON.stringify(error.problems) + error.message, /hunter2/);
  });

  it("is not endless", () => {
    const [problem] = refused({ owner: "x".repeat(10_000) }).problems as [Problem];
    assert.ok(problem.value.length < 200);
  });
});

function refused(set: Readonly<Record<string, unknown>>, stack = "dev", secretKeys?: readonly string[]): ConfigError {
  try {
    parseConfig({
      organization: "organization",
      stack,
      values: { ...BASE, ...set },
      ...(secretKeys === undefined ? {} : { secretKeys }),
    });
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error;
  }
  assert.fail("the config was accepted");
}
