import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { CLOUDS } from "../../../components/model/cloud";
import { cloudOf, regions, regionZones } from "../../../components/model/regions";
import { parseConfig } from "../../../stacks/config/load";
import type { NewCluster, StackSpec } from "../../../stacks/config/spec";

const BASE = {
  cloud: "aws",
  tier: "t1",
  owner: "platform",
  costCentre: "ape",
  apiImage: "registry.example.com/ape/api:1.0.0",
};
const LICENSED = { neo4jLicense: "evaluation" };

function parse(set: Readonly<Record<string, unknown>> = {}): StackSpec {
  return parseConfig({ organization: "organization", stack: "dev", values: { ...BASE, ...set } });
}

describe("a config with required keys only", () => {
  it("becomes a complete spec", () => {
    assert.deepEqual(parse(), {
      organization: "organization",
      stack: "dev",
      cloud: "aws",
      region: "us-east-1",
      zones: ["us-east-1a"],
      tier: "t1",
      placement: "dedicated",
      highlyAvailable: false,
      api: {
        image: "registry.example.com/ape/api:1.0.0",
        runtime: "vm",
        containers: 1,
        workersPerContainer: 1,
        domain: "",
        certificate: "",
        dnsZone: "",
        spotPercent: 0,
      },
      timescaledb: {
        memGiB: 0.5,
        cpus: 2,
        diskGiB: 100,
        edition: "apache",
        shards: 1,
        schema: { retentionDays: 0, aggregates: [] },
      },
      neo4j: {
        edition: "community",
        licence: "none",
        version: "5.26",
        packages: "https://debian.neo4j.com",
        members: 1,
        heapGiB: 1,
        pageCacheGiB: 1,
        cpus: 0.75,
        diskGiB: 40,
      },
      redis: { mode: "single", maxMemoryGiB: 0.125, cpus: 0.25, diskGiB: 10 },
      backupRetentionDays: 30,
      budgetUsd: 150,
      budgetEmails: [],
      billingAccount: "",
      owner: "platform",
      costCentre: "ape",
      allowedClientCidrs: ["0.0.0.0/0"],
      deletionProtection: true,
      nat: "one",
      packageMirror: "",
      networkCidr: "10.60.0.0/16",
      account: "",
      image: "",
      kmsKey: "",
      bucketSuffix: createHash("sha256").update("organization/ape-deploy/dev").digest("hex").slice(0, 8),
      certificatesFrom: "2026-01-01",
      changeTimeoutMinutes: 20,
      lostMembers: [],
      waivers: [],
    });
  });

  it("is replicated at t3 and t4, with all consequences", () => {
    const { zones, highlyAvailable, neo4j, nat, deletionProtection, budgetUsd } = parse({
      ...LICENSED,
      cloud: "gcp",
      tier: "t4",
    });
    assert.deepEqual(
      { zones, highlyAvailable, members: neo4j.members, edition: neo4j.edition, nat, deletionProtection, budgetUsd },
      {
        zones: ["us-central1-a", "us-central1-b", "us-central1-c"],
        highlyAvailable: true,
        members: 3,
        edition: "enterprise",
        nat: "per-zone",
        deletionProtection: true,
        budgetUsd: 1900,
      },
    );
    assert.equal(parse({ ...LICENSED, tier: "t3" }).nat, "one");
  });
});

describe("auto", () => {
  const decisions: [string, Record<string, unknown>, Partial<StackSpec>][] = [
    ["follows the tier", { tier: "t3", ...LICENSED }, { highlyAvailable: true }],
    ["follows zones before the tier", { tier: "t3", zones: 2 }, { highlyAvailable: false, deletionProtection: true }],
    [
      "follows highAvailability before the tier",
      { highAvailability: true, ...LICENSED },
      { highlyAvailable: true, deletionProtection: true },
    ],
    [
      "is one zone when not highly available",
      { tier: "t4", highAvailability: false },
      { zones: ["us-east-1a"], nat: "one" },
    ],
    ["can be set explicitly", { region: "auto", zones: "auto", nat: "auto" }, { region: "us-east-1", nat: "one" }],
    [
      "is replaced by a value",
      { budgetUsd: 99.5, deletionProtection: "true" },
      { budgetUsd: 99.5, deletionProtection: true },
    ],
  ];
  decisions.forEach(([name, set, expected]) => {
    it(name, () => {
      const spec = parse(set);
      Object.entries(expected).forEach(([key, value]) => assert.deepEqual(spec[key as keyof StackSpec], value, key));
    });
  });
});

describe("Neo4j's edition and members", () => {
  const rows: [Record<string, unknown>, string, number][] = [
    [{}, "community", 1],
    [{ neo4jEdition: "enterprise", ...LICENSED }, "enterprise", 1],
    [{ tier: "t3", ...LICENSED }, "enterprise", 3],
    [{ tier: "t3", highAvailability: false }, "community", 1],
    [{ tier: "t3", overrides: { neo4j: { members: 1 } } }, "community", 1],
    [{ tier: "t3", neo4jEdition: "community", overrides: { neo4j: { members: 1 } } }, "community", 1],
    [{ zones: 3, ...LICENSED, overrides: { neo4j: { members: 3 } } }, "enterprise", 3],
  ];
  rows.forEach(([set, edition, members]) => {
    it(`${JSON.stringify(set)}: ${edition}, ${members}`, () => {
      const { neo4j } = parse(set);
      assert.deepEqual([neo4j.edition, neo4j.members], [edition, members]);
    });
  });
});

describe("overrides", () => {
  it("replace single sizes and leave the others to the tier", () => {
    const spec = parse({
      tier: "t2",
      overrides: JSON.stringify({
        api: { containers: 3, instanceType: "m5.large" },
        timescaledb: { memGiB: 6.5, diskGiB: "200" },
        neo4j: { heapGiB: 3 },
        redis: null,
      }),
    });
    assert.deepEqual([spec.api.containers, spec.api.workersPerContainer, spec.api.instanceType], [3, 2, "m5.large"]);
    assert.deepEqual([spec.timescaledb.memGiB, spec.timescaledb.cpus, spec.timescaledb.diskGiB], [6.5, 4, 200]);
    assert.deepEqual([spec.neo4j.heapGiB, spec.neo4j.pageCacheGiB], [3, 2]);
    assert.equal(spec.redis.maxMemoryGiB, 0.5);
  });

  it("may set instance types of a packed node when they are equal, or when the API has its own nodes", () => {
    const same = { timescaledb: { instanceType: "m5.xlarge" }, redis: { instanceType: "m5.xlarge" } };
    assert.equal(parse({ placement: "packed", overrides: same }).redis.instanceType, "m5.xlarge");
    const alone = { ...same, api: { instanceType: "c5.xlarge" } };
    const available = { placement: "packed", tier: "t3", ...LICENSED, overrides: alone };
    assert.equal(parse(available).api.instanceType, "c5.xlarge");
  });
});

describe("the API's runtime", () => {
  it("carries its cluster's namespace and networks, and never its credentials", () => {
    const set = { apiRuntime: "kubernetes", kubeconfig: "canary", kubernetesCidrs: '["10.8.0.0/14"]' };
    const spec = parse(set);
    assert.deepEqual(spec.api.kubernetes, {
      namespace: "ape",
      cidrs: ["10.8.0.0/14"],
      scrapedFrom: [],
      cluster: {
        kind: "existing",
        kubeconfigStack: "",
        ingressClass: "",
        ingressNamespaces: [],
        serviceAccountAnnotations: {},
      },
    });
    assert.doesNotMatch(JSON.stringify(spec), /canary/);
  });

  it("derives the networks of a new cluster's pods", () => {
    const set = { apiRuntime: "kubernetes", kubernetesCluster: "new" };
    const { version, kind } = parse(set).api.kubernetes!.cluster as NewCluster;
    assert.deepEqual([kind, version], ["new", "1.36"]);
    assert.deepEqual(parse(set).api.kubernetes!.cidrs, ["10.60.32.0/24"]);
    assert.deepEqual(parse({ ...set, cloud: "gcp" }).api.kubernetes!.cidrs, ["10.60.128.0/18"]);
  });

  it("accepts encrypted credentials without their value", () => {
    const values = { ...BASE, apiRuntime: "kubernetes", kubernetesCidrs: ["10.8.0.0/14"] };
    const input = { organization: "organization", stack: "dev", values, secretKeys: ["kubeconfig"] };
    assert.equal(parseConfig(input).api.runtime, "kubernetes");
  });
});

describe("a bucket's suffix", () => {
  const suffix = (organization: string, project: string, stack: string): string =>
    parseConfig({ organization, project, stack, values: BASE }).bucketSuffix;

  it("is the same at every run and differs between stacks", () => {
    assert.equal(suffix("a", "b", "c"), suffix("a", "b", "c"));
    assert.equal(
      new Set([suffix("a", "b", "c"), suffix("x", "b", "c"), suffix("a", "x", "c"), suffix("a", "b", "x")]).size,
      4,
    );
    assert.match(suffix("a", "b", "c"), /^[0-9a-f]{8}$/);
  });

  it("is the configured one when set", () => {
    assert.equal(parse({ bucketSuffix: "mine-1" }).bucketSuffix, "mine-1");
  });
});

describe("a spec", () => {
  it("is frozen", () => {
    const spec = parse();
    assert.throws(() => ((spec.redis as { diskGiB: number }).diskGiB = 1), TypeError);
    assert.throws(() => (spec.zones as string[]).push("us-east-1f"), TypeError);
  });
});

describe("regions", () => {
  it("have three distinct zones", () => {
    for (const cloud of CLOUDS) {
      assert.ok(regions(cloud).length >= 12);
      for (const region of regions(cloud)) {
        const zones = regionZones(cloud, region);
        assert.equal(new Set(zones).size, 3, region);
        zones.forEach((zone) => assert.match(zone, new RegExp(`^${region}${cloud === "gcp" ? "-" : ""}[a-f]$`)));
        assert.equal(cloudOf(region), cloud);
      }
    }
  });

  it("use the actual names of their zones", () => {
    assert.deepEqual(regionZones("aws", "ca-central-1"), ["ca-central-1a", "ca-central-1b", "ca-central-1d"]);
    assert.deepEqual(regionZones("aws", "ap-northeast-1"), ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]);
    assert.deepEqual(regionZones("gcp", "us-east1"), ["us-east1-b", "us-east1-c", "us-east1-d"]);
    assert.deepEqual(regionZones("gcp", "europe-west1"), ["europe-west1-b", "europe-west1-c", "europe-west1-d"]);
  });

  it("are refused when the cloud does not have them", () => {
    assert.throws(() => regionZones("gcp", "us-east-1"), RangeError);
    assert.equal(cloudOf("toString"), undefined);
  });
});
