import fc from "fast-check";
import { CLOUDS, type Cloud } from "../../components/model/cloud";
import { pinnedImage } from "../../components/model/images";
import { KUBERNETES_VERSIONS } from "../../components/model/kubernetes-versions";
import { DEFAULT_REGION, regions } from "../../components/model/regions";
import type { ConfigInput } from "../../stacks/config/load";
import { CERTIFICATE, DNS_ZONE, IMAGE, KMS_KEY } from "../../stacks/config/formats";
import { TIER_NAMES, TIERS, type TierName } from "../../stacks/tiers";
import { WAIVER } from "./bad-values";

// Created once: fast-check is slow to turn a pattern into an arbitrary.
const STACK = fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/);
const LABEL = fc.stringMatching(/^[a-z][a-z0-9_-]{0,62}$/);
const PATH = fc.stringMatching(/^[a-z0-9]{1,9}(\/[a-z0-9]{1,9}([._-][a-z0-9]{1,9})?){0,2}$/);
const VERSION = fc.oneof(fc.stringMatching(/^:v[0-9.]{1,6}$/), fc.stringMatching(/^@sha256:[0-9a-f]{64}$/));
const SUFFIX = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/);
const NAMESPACE = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);

/** Keys that the others depend on. */
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
 * Any valid config. Most can be planned too: sizes stay within those of the tiers' machines. Scalars are written as Pulumi
 * passes them (strings, JSON) or as YAML does.
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

/** Where the API runs. */
function runsOn({ apiRuntime, kubernetesCluster }: Frame): "vm" | "existing" | "new" {
  return apiRuntime === "vm" ? "vm" : kubernetesCluster;
}

/** The default that `highAvailability` documents; deliberately written a second time. */
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

const ACCOUNTS: Readonly<Record<Cloud, string>> = { aws: "123456789012", gcp: "ape-production" };

/** What belongs to a region. An image is required where none is pinned. */
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
      pinnedImage(cloud, name) === undefined ? fc.record(image) : fc.constant({}),
      fc.constantFrom({}, { account: ACCOUNTS[cloud] }),
    )
    .map((records) => Object.assign({}, ...records) as Record<string, unknown>);
}

/** Every way to configure one or three members of Neo4j. */
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
    // PostgreSQL's sizing rejects many CPUs with little memory.
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

/** A value as Pulumi's engine passes it. */
export function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
