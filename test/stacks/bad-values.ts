import fc from "fast-check";
import { CLOUDS } from "../../components/model/cloud";
import { TIER_NAMES } from "../../stacks/tiers";

/** A valid waiver. */
export const WAIVER = {
  policy: "data-zones",
  resource: "*::redis-1",
  reason: "Load tests only",
  owner: "ada",
  until: "2026-12-31",
};

/** Invalid values of each key. */
export const BAD_VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  cloud: words(...CLOUDS),
  tier: words(...TIER_NAMES),
  owner: labels(),
  costCentre: labels(),
  apiImage: fc.constantFrom("", "api", "registry.example.com/api", "registry.example.com/api:latest", "ape/api:1.0"),
  region: fc.constantFrom("", "us-west-1", "mars-north-1", "US-EAST-1", "constructor"),
  zones: fc.oneof(numbersBut(1, 3), words("auto", "1", "2", "3")),
  placement: words("dedicated", "packed"),
  highAvailability: words("auto", "true", "false"),
  apiRuntime: words("vm", "kubernetes"),
  apiDomain: fc.constantFrom("localhost", "API.example.com", "https://api.example.com", "-a.example.com", "a..b.com"),
  apiDnsZone: fc.constantFrom("example.com", "Example", "-z"),
  apiCertificate: fc.constantFrom("arn:aws:iam::123456789012:server-certificate/x", "Not a name"),
  apiSpotPercent: numbersBut(0, 100),
  kubernetesCluster: words("existing", "new"),
  kubeconfigStack: fc.constantFrom("prod", "acme/prod", "acme/platform/prod/x", "acme/plat form/prod"),
  kubernetesIngressClass: fc.constantFrom("Traefik", "-a", "a_b"),
  kubernetesIngressNamespaces: fc.constantFrom("traefik", ["Traefik"], [""], { a: 1 }),
  kubernetesServiceAccountAnnotations: fc.constantFrom("x", ["a"], { "a/b/c": "d" }, { a: 1 }),
  kubernetesScrapedFrom: fc.constantFrom("monitoring", ["Monitoring"], [1.5]),
  kubernetesOperatorCidrs: fc.constantFrom("10.8.0.0/14", ["10.8.0.0"], ["10.8.0.1/14"]),
  kubernetesVersion: fc.constantFrom("1.30", "latest", "v1.36"),
  kubernetesNamespace: fc.constantFrom("", "Ape", "ape_1", "-ape", "ape-", "a".repeat(64)),
  kubernetesCidrs: fc.constantFrom("10.8.0.0/14", ["10.8.0.0"], ["10.8.0.1/14"], { a: 1 }),
  redisMode: words("auto", "cluster"),
  timescaledbShards: fc.oneof(fc.constantFrom(3, "two"), fc.integer({ max: 0 }), fc.integer({ min: 5 })),
  timescaledbEdition: words("apache", "community"),
  timescaledbRetentionDays: fc.oneof(fc.integer({ min: 1, max: 13 }), fc.integer({ max: -1 })),
  timescaledbAggregates: fc.constantFrom("hour", ["minute"], ["Hour"], { hour: true }),
  timescaledbRestoreTo: fc.constantFrom("yesterday", "2026-01-31", "2026-02-30T00:00:00Z", "2026-01-31T12:00:00+01:00"),
  neo4jEdition: words("auto", "community", "enterprise"),
  neo4jLicense: words("none", "evaluation", "commercial"),
  neo4jVersion: words("5.26", "2026"),
  neo4jPackages: fc.constantFrom("", "http://debian.neo4j.com", "https://debian.neo4j.com/", "debian.neo4j.com"),
  overrides: fc.constantFrom(
    "x",
    [],
    { neo4j: 1 },
    { kafka: {} },
    { redis: { diskGiB: 3 } },
    { neo4j: { members: 2 } },
  ),
  backupRetentionDays: numbersBut(30, 3650),
  budgetUsd: fc.oneof(fc.integer({ max: 0 }), words("auto")),
  budgetEmails: fc.constantFrom(["platform"], "platform@example.com", Array(6).fill("a@example.com")),
  billingAccount: fc.constantFrom("012345-6789ab-cdef01", "012345"),
  allowedClientCidrs: fc.constantFrom([], "[]", ["0.0.0.0/33"], ["::/0"], "0.0.0.0/0"),
  changeTimeoutMinutes: numbersBut(5, 120),
  lostMembers: fc.constantFrom("redis-1", ["redis 1"], [1], { redis: 1 }),
  deletionProtection: words("true", "false"),
  nat: words("auto", "none", "one", "per-zone"),
  packageMirror: fc.constantFrom(
    "http://mirror.example.com",
    "mirror",
    "https://mirror.example.com",
    "https://mirror.example.com/debian/",
    "https://a:b@mirror.example.com/debian",
    "https://m/?q",
  ),
  networkCidr: fc.constantFrom("", "10.60.0.0/24", "11.0.0.0/16", "10.60.0.1/16", "172.32.0.0/16"),
  account: fc.constantFrom("12345678901", "Ape", "a", "ape_production"),
  image: fc.constantFrom("ami-1", "debian-13", "projects/ape-production/images/x"),
  kmsKey: fc.constantFrom("alias/ape", "arn:aws:kms:us-east-1:123456789012:alias/ape"),
  bucketSuffix: fc.constantFrom("-", "a-", "A", "a".repeat(21), "a_b"),
  certificatesFrom: fc.constantFrom("", "2026-02-30", "2026-13-01", "1.1.2026", "2026-1-1"),
  waivers: fc.constantFrom(
    "x",
    [],
    { a: 1 },
    { a: {} },
    { a: { ...WAIVER, until: "soon" } },
    { a: { ...WAIVER, by: "x" } },
  ),
};

function words(...allowed: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.string().filter((text) => !allowed.includes(text) && !/^\d+(\.\d+)?$/.test(text)),
    fc.constantFrom<unknown>(["aws"], { a: 1 }, "AWS", "True", "__proto__", "toString"),
  );
}

function labels(): fc.Arbitrary<unknown> {
  return fc.constantFrom<unknown>("", "Platform", "1st", "a b", "a".repeat(64), "é", "team@example.com", [], 7);
}

function numbersBut(min: number, max: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.integer({ max: min - 1 }),
    fc.integer({ min: max + 1 }),
    fc.constantFrom<unknown>("many", "", min + 0.5, `${min}x`, [min], "0x1f", " 50", "1e1"),
  );
}
