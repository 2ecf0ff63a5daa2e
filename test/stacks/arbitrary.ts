import fc from "fast-check";
import { CLOUDS, type Cloud } from "../../components/model/cloud";
import { KUBERNETES_VERSIONS } from "../../components/model/kubernetes-versions";
import { DEFAULT_REGION, regions } from "../../components/model/regions";
import type { ConfigInput } from "../../stacks/config/load";
import { CERTIFICATE, DNS_ZONE, IMAGE, KMS_KEY } from "../../stacks/config/formats";
import { TIER_NAMES, TIERS, type TierName } from "../../stacks/tiers";

// Made once: fast-check takes long to turn a pattern into an arbitrary.
const STACK = fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/);
const LABEL = fc.stringMatching(/^[a-z][a-z0-9_-]{0,62}$/);
const PATH = fc.stringMatching(/^[a-z0-9]{1,9}(\/[a-z0-9]{1,9}([._-][a-z0-9]{1,9})?){0,2}$/);
const VERSION = fc.oneof(fc.stringMatching(/^:v[0-9.]{1,6}$/), fc.stringMatching(/^@sha256:[0-9a-f]{64}$/));
const SUFFIX = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/);
const NAMESPACE = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);

/** What the other keys of a config depend on. */
interface Frame {
  readonly cloud: Cloud;
  readonly tier: TierName;
  readonly region: string;
  readonly zones: "auto" | 1 | 2 | 3;
  readonly highAvailability: "auto" | boolean;
  readonly placement: "dedicated" | "packed";
  readonly apiRuntime: "vm" | "kubernetes";
  readonly kubernetesCluster: "existing" | "new";
}

/**
 * Any valid config. Its sizes fit the machines of every tier, so that it can be planned as well. Scalars are written as
 * Pulumi gives them (strings, JSON) or as YAML does.
 */
export function validConfig(): fc.Arbitrary<ConfigInput> {
  return fc.record({ frame: frame(), stack: STACK, asStrings: fc.boolean() }).chain(({ frame, stack, asStrings }) =>
    values(frame).map((config) => ({
      organization: "organization",
      stack,
      values: asStrings ? Object.fromEntries(Object.entries(config).map(([k, v]) => [k, written(v)])) : config,
      secretKeys: runsOn(frame) === "existing" && config.kubeconfigStack === undefined ? ["kubeconfig"] : [],
    })),
  );
}

function frame(): fc.Arbitrary<Frame> {
  return fc
    .constantFrom(...CLOUDS)
    .chain((cloud) =>
      fc.record({
        cloud: fc.constant(cloud),
        tier: fc.constantFrom(...TIER_NAMES),
        region: fc.constantFrom("auto", ...regions(cloud)),
        zones: fc.constantFrom("auto" as const, 1 as const, 2 as const, 3 as const),
        highAvailability: fc.constantFrom("auto" as const, true, false),
        placement: fc.constantFrom("dedicated" as const, "packed" as const),
        apiRuntime: fc.constantFrom("vm" as const, "kubernetes" as const),
        kubernetesCluster: fc.constantFrom("existing" as const, "new" as const),
      }),
    )
    .filter(({ zones, highAvailability }) => highAvailability !== true || zones === "auto" || zones === 3);
}

/** Whose machines the API runs on. */
function runsOn({ apiRuntime, kubernetesCluster }: Frame): "vm" | "existing" | "new" {
  return apiRuntime === "vm" ? "vm" : kubernetesCluster;
}

/** As `highAvailability` documents its default; written a second time on purpose. */
function isAvailable({ tier, zones, highAvailability }: Frame): boolean {
  return highAvailability === "auto" ? TIERS[tier].highAvailability && ["auto", 3].includes(zones) : highAvailability;
}

function values(frame: Frame): fc.Arbitrary<Record<string, unknown>> {
  const parts = [required(), optional(frame), region(frame), neo4j(frame), network(frame), overrides(frame)];
  return fc.tuple(...parts).map((records) => merge([{ ...frame }, ...records]));
}

/** Later records win; `overrides` are merged service by service. */
function merge(records: readonly Record<string, unknown>[]): Record<string, unknown> {
  const sizes = records.map((record) => (record.overrides ?? {}) as Record<string, object>);
  const services = [...new Set(sizes.flatMap(Object.keys))];
  const merged = services.map(
    (service) => [service, Object.assign({}, ...sizes.map((size) => size[service]))] as const,
  );
  return { ...Object.assign({}, ...records), overrides: Object.fromEntries(merged) } as Record<string, unknown>;
}

function required(): fc.Arbitrary<Record<string, unknown>> {
  return fc.record({
    owner: LABEL,
    costCentre: LABEL,
    apiImage: fc
      .tuple(
        fc.constantFrom("registry.example.com", "localhost:5000", "123456789012.dkr.ecr.us-east-1.amazonaws.com"),
        PATH,
        VERSION,
      )
      .map(([registry, path, version]) => `${registry}/${path}${version}`),
  });
}

const WAIVER = {
  policy: "data-zones",
  resource: "*::redis-1",
  reason: "Load tests only",
  owner: "ada",
  until: "2026-12-31",
};

function optional(frame: Frame): fc.Arbitrary<Record<string, unknown>> {
  const all = {
    backupRetentionDays: fc.integer({ min: 30, max: 3650 }),
    budgetUsd: fc.oneof(fc.constant("auto"), fc.integer({ min: 1, max: 100_000 })),
    budgetEmails: fc.constantFrom([], ["platform@example.com"], ["a@example.com", "b@example.com"]),
    deletionProtection: fc.constantFrom(true, false),
    bucketSuffix: SUFFIX,
    waivers: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.constant(WAIVER), { maxKeys: 2 }),
    certificatesFrom: fc
      .date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
    kubernetesNamespace: NAMESPACE,
  };
  const namespaces = fc.array(NAMESPACE, { maxLength: 2 });
  const onKubernetes = { ...all, kubernetesScrapedFrom: namespaces };
  switch (runsOn(frame)) {
    case "vm":
      return fc.record(all, { requiredKeys: [] });
    case "new":
      return fc.record(
        {
          ...onKubernetes,
          kubernetesOperatorCidrs: fc.oneof(fc.constant([]), cidrs()),
          kubernetesVersion: fc.constantFrom("auto", ...KUBERNETES_VERSIONS),
        },
        { requiredKeys: [] },
      );
    case "existing":
      return fc.record(
        {
          ...onKubernetes,
          kubernetesCidrs: cidrs(),
          kubeconfigStack: fc.constant("acme/platform/prod"),
          kubernetesIngressClass: fc.constantFrom("", "traefik", "gke.example.com"),
          kubernetesIngressNamespaces: namespaces,
          kubernetesServiceAccountAnnotations: fc.constantFrom(
            {},
            { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/a" },
          ),
        },
        { requiredKeys: ["kubernetesCidrs"] },
      );
  }
}

/** What belongs to a region; images are pinned in the default ones only. */
function region(frame: Frame): fc.Arbitrary<Record<string, unknown>> {
  const { cloud } = frame;
  const name = frame.region === "auto" ? DEFAULT_REGION[cloud] : frame.region;
  const inRegion = (text: string): string => text.replace(/us-east-1|us-central1/, name);
  const certificate = {
    apiDomain: fc.constant("api.example.com"),
    apiCertificate: fc.constantFrom("managed", inRegion(CERTIFICATE.examples[cloud])),
    apiDnsZone: fc.constant(DNS_ZONE.examples[cloud]),
  };
  const image = { image: fc.constant(IMAGE.examples[cloud]) };
  return fc
    .tuple(
      fc.oneof(
        fc.constant({}),
        fc.record(runsOn(frame) === "existing" ? { apiDomain: certificate.apiDomain } : certificate),
      ),
      fc.oneof(fc.constant({}), fc.record({ kmsKey: fc.constant(inRegion(KMS_KEY.examples[cloud])) })),
      cloud === "aws" && name !== DEFAULT_REGION.aws ? fc.record(image) : fc.constant({}),
      fc.constantFrom({}, { account: cloud === "aws" ? "123456789012" : "ape-production" }),
    )
    .map((records) => Object.assign({}, ...records) as Record<string, unknown>);
}

/** Every way to have one member of Neo4j or three. */
function neo4j(frame: Frame): fc.Arbitrary<Record<string, unknown>> {
  const single = [
    { neo4jEdition: "community", overrides: { neo4j: { members: 1 } } },
    { overrides: { neo4j: { members: 1 } } },
    { neo4jEdition: "enterprise", neo4jLicense: "commercial", overrides: { neo4j: { members: 1 } } },
  ];
  const three = [
    { neo4jLicense: "evaluation", overrides: { neo4j: { members: 3 } } },
    { neo4jEdition: "enterprise", neo4jLicense: "evaluation", overrides: { neo4j: { members: 3 } } },
  ];
  const byDefault = isAvailable(frame)
    ? [{ neo4jLicense: "evaluation" }, { neo4jEdition: "enterprise", neo4jLicense: "commercial" }]
    : [{}, { neo4jEdition: "community" }];
  const threeZones = isAvailable(frame) || frame.zones === 3;
  return fc.constantFrom<Record<string, unknown>[]>(...single, ...byDefault, ...(threeZones ? three : []));
}

function network(frame: Frame): fc.Arbitrary<Record<string, unknown>> {
  const zones = frame.zones === "auto" ? (isAvailable(frame) ? 3 : 1) : frame.zones;
  const spot = frame.apiRuntime === "vm" && isAvailable(frame) ? fc.integer({ min: 0, max: 100 }) : fc.constant(0);
  const nat = fc.constantFrom(
    { nat: "auto" },
    { nat: "one" },
    ...(runsOn(frame) === "new"
      ? []
      : [
          {
            nat: "none",
            packageMirror: "https://mirror.example.internal/debian",
            neo4jPackages: "https://mirror.example.internal/neo4j",
          },
        ]),
    ...(zones > 1 ? [{ nat: "per-zone" }] : []),
  );
  const privateNetwork = fc.oneof(
    fc.integer({ min: 0, max: 255 }).map((octet) => `10.${octet}.0.0/16`),
    fc.integer({ min: 16, max: 31 }).map((octet) => `172.${octet}.0.0/16`),
    fc.constant("192.168.0.0/16"),
  );
  return fc
    .record({ apiSpotPercent: spot, networkCidr: privateNetwork, allowedClientCidrs: cidrs(), nat })
    .map(({ nat: way, ...rest }) => ({ ...rest, ...way }));
}

function overrides({ apiRuntime }: Frame): fc.Arbitrary<Record<string, unknown>> {
  const some = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
    fc.record(model, { requiredKeys: [] });
  const disk = fc.integer({ min: 10, max: 16384 });
  const quarters = (min: number, max: number): fc.Arbitrary<number> =>
    fc.integer({ min: min * 4, max: max * 4 }).map((count) => count / 4);
  const workersPerContainer = fc.integer({ min: 1, max: 32 });
  const containers = fc.integer({ min: 1, max: 8 });
  return some({
    api: some(apiRuntime === "vm" ? { containers, workersPerContainer } : { workersPerContainer }),
    // Many CPUs in little memory are refused by PostgreSQL's sizing.
    timescaledb: fc.oneof(
      some({ diskGiB: disk }),
      fc.record({ memGiB: quarters(1, 4), cpus: quarters(0.5, 8), diskGiB: disk }),
    ),
    neo4j: some({ heapGiB: quarters(0.5, 4), pageCacheGiB: quarters(0.25, 4), diskGiB: disk }),
    redis: some({ maxMemoryGiB: quarters(0.25, 2), diskGiB: disk }),
  }).map((sizes) => ({ overrides: sizes }));
}

function cidrs(): fc.Arbitrary<string[]> {
  const cidr = fc
    .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
    .map(([address, prefix]) => {
      const base = address - (address % 2 ** (32 - prefix));
      return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".")}/${prefix}`;
    });
  return fc.array(cidr, { minLength: 1, maxLength: 4 });
}

/** A value as Pulumi's engine hands it over. */
export function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** For each key values that no config may have. */
export const BAD_VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  cloud: words("aws", "gcp"),
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
  budgetEmails: fc.constantFrom(["nobody"], "platform@example.com", Array(6).fill("a@example.com")),
  billingAccount: fc.constantFrom("012345-6789ab-cdef01", "012345"),
  allowedClientCidrs: fc.constantFrom([], "[]", ["0.0.0.0/33"], ["::/0"], "0.0.0.0/0"),
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
