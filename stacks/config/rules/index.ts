import { NEO4J_ARCHIVE } from "../../../components/neo4j/archive";
import { SERVICES, type Service } from "../../../components/model/role";
import { machineType, machineTypes } from "../../../components/model/machine-types";
import { pinnedImage } from "../../../components/model/images";
import { CLOUDS } from "../../../components/model/cloud";
import { MANAGED_CERTIFICATE } from "../../../components/platform/platform";
import { cloudOf, DEFAULT_REGION, regions } from "../../../components/model/regions";
import { TIERS } from "../../tiers";
import { ACCOUNT, CERTIFICATE, DNS_ZONE, IMAGE, KMS_KEY, type CloudFormat } from "../formats";
import { KEYS, type KeyName, type Values } from "../keys";
import { KUBERNETES_RULES } from "./kubernetes";
import { nearest } from "../nearest";
import { line, shown, type Problem } from "../report";
import { isHighlyAvailable, neo4jEdition, neo4jMembers, regionOf, zoneCount } from "../resolve";

/** What a rule finds wrong. */
export interface Finding {
  /** The key that the problem is reported with; with dots when it lies in overrides. */
  readonly key: string;
  readonly value: unknown;
  readonly reason: string;
  readonly allowed?: string;
  readonly example?: string;
}

/** A check over several keys. */
export interface Rule {
  /** For docs/configuration.md. */
  readonly says: string;
  /** Keys that it looks at: it is left out when one of them is wrong already. */
  readonly needs: readonly KeyName[];
  /** Keys of which nothing further can be said once it fails. Default: those it reports. */
  readonly spoils?: readonly KeyName[];
  readonly check: (values: Values) => readonly Finding[];
}

/** Applies the rules, in order, to the values that were right by themselves. */
export function applyRules(parsed: Partial<Values>): Problem[] {
  const sound = new Set(Object.keys(parsed) as KeyName[]);
  return RULES.flatMap(({ needs, spoils, check }) => {
    const findings = needs.every((name) => sound.has(name)) ? check(parsed as Values) : [];
    if (findings.length > 0) {
      (spoils ?? findings.map(({ key }) => rootOf(key))).forEach((name) => sound.delete(name));
    }
    return findings.map(problemOf);
  });
}

function problemOf({ key, value, reason, allowed, example }: Finding): Problem {
  const root = rootOf(key);
  return {
    key,
    value: shown(value),
    reason,
    allowed: allowed ?? KEYS[root].allowed,
    example: example ?? `${root}: ${KEYS[root].example}`,
  };
}

function rootOf(key: string): KeyName {
  return key.split(".")[0] as KeyName;
}

const AVAILABILITY = ["tier", "zones", "highAvailability"] as const;
const NEO4J = [...AVAILABILITY, "neo4jEdition", "overrides"] as const;

/** Google Cloud's persistent disks start here (https://cloud.google.com/compute/docs/disks). */
const SMALLEST_GCP_DISK_GIB = 10;

/** All rules, in the order in which they are applied. */
export const RULES: readonly Rule[] = [
  { says: "`region` is one of `cloud`.", needs: ["cloud", "region"], check: regionOfCloud },
  {
    says: "`highAvailability: true` takes three zones.",
    needs: ["zones", "highAvailability"],
    spoils: ["zones", "highAvailability"],
    check: threeZones,
  },
  {
    says: "`redisMode: cluster` takes tier t4 and high availability.",
    needs: [...AVAILABILITY, "redisMode"],
    spoils: ["redisMode"],
    check: redisCluster,
  },
  {
    says: "`timescaledbShards` above 1 takes tier t4 and high availability.",
    needs: [...AVAILABILITY, "timescaledbShards"],
    spoils: ["timescaledbShards"],
    check: sharded,
  },
  ...(["timescaledbRetentionDays", "timescaledbAggregates"] as const).map((name) => ({
    says: `\`${name}\` requires \`timescaledbEdition: community\`.`,
    needs: ["timescaledbEdition", name] as const,
    check: (values: Values) => underTimescaleLicence(values, name),
  })),
  ...(
    [
      ["account", ACCOUNT],
      ["image", IMAGE],
      ["kmsKey", KMS_KEY],
      ["apiCertificate", CERTIFICATE],
      ["apiDnsZone", DNS_ZONE],
    ] as const
  ).map(([name, format]) => ({
    says: `\`${name}\` is written as \`cloud\` writes it.`,
    needs: ["cloud", name] as const,
    check: (values: Values) => formatOfCloud(values, name, format),
  })),
  ...(["kmsKey", "apiCertificate"] as const).map((name) => ({
    says: `\`${name}\` is of the same \`region\` on aws.`,
    needs: ["cloud", "region", name] as const,
    check: (values: Values) => sameRegion(values, name),
  })),
  {
    says: "`image` is set in regions for which none is pinned.",
    needs: ["cloud", "region", "image"],
    check: bootableImage,
  },
  { says: "`billingAccount` is for gcp.", needs: ["cloud", "billingAccount"], check: billingOfCloud },
  {
    says: "`apiCertificate` requires `apiDomain`.",
    needs: ["apiCertificate", "apiDomain"],
    check: certificateForDomain,
  },
  {
    says: "`apiDnsZone` requires `apiDomain`; on aws `apiCertificate: managed` requires `apiDnsZone`.",
    needs: ["cloud", "apiDnsZone", "apiDomain", "apiCertificate"],
    check: recordsOfDomain,
  },
  {
    says: "`apiSpotPercent` above 0 requires `apiRuntime: vm` and high availability.",
    needs: ["apiSpotPercent", "apiRuntime", ...AVAILABILITY],
    check: spot,
  },
  ...KUBERNETES_RULES,
  {
    says: "`nat: none` requires `packageMirror`, and `neo4jPackages` of one's own.",
    needs: ["nat", "packageMirror", "neo4jPackages"],
    check: wayOut,
  },
  { says: "`nat: per-zone` requires several zones.", needs: ["nat", ...AVAILABILITY], check: gatewayPerZone },
  {
    says: `Data disks on gcp have at least ${SMALLEST_GCP_DISK_GIB} GiB.`,
    needs: ["cloud", "overrides"],
    spoils: [],
    check: disksOfCloud,
  },
  {
    says: "An `instanceType` is of `cloud`, and in the catalogue.",
    needs: ["cloud", "overrides"],
    spoils: [],
    check: instanceTypes,
  },
  {
    says: "With `placement: packed`, services that share a node ask for the same `instanceType`.",
    needs: ["cloud", "placement", "overrides", ...AVAILABILITY],
    spoils: [],
    check: sharedInstanceType,
  },
  {
    says: "Three members of Neo4j take three zones and Enterprise Edition; when highly available, `neo4jEdition: community` takes `overrides.neo4j.members: 1` as well.",
    needs: NEO4J,
    spoils: ["neo4jEdition"],
    check: neo4jCluster,
  },
  {
    says: "Neo4j Enterprise Edition requires `neo4jLicense: evaluation` or `commercial`: your own acceptance.",
    needs: [...NEO4J, "neo4jLicense"],
    check: neo4jLicense,
  },
];

function regionOfCloud({ cloud, region }: Values): Finding[] {
  if (region === "auto" || regions(cloud).includes(region)) {
    return [];
  }
  const other = cloudOf(region);
  const guess = nearest(region, regions(cloud));
  const known =
    other === undefined
      ? `${cloud} has no such region with three zones`
      : `it is a region of ${other}, and cloud is ${cloud}`;
  return [
    {
      key: "region",
      value: region,
      reason: other === undefined && guess !== undefined ? `${known}; did you mean ${guess}?` : known,
      allowed: `auto, ${regions(cloud).join(", ")}`,
      example: `region: ${other === undefined && guess !== undefined ? guess : DEFAULT_REGION[cloud]}`,
    },
  ];
}

function redisCluster(values: Values): Finding[] {
  const { redisMode, tier } = values;
  if (redisMode !== "cluster" || (tier === "t4" && isHighlyAvailable(values))) {
    return [];
  }
  return [
    {
      key: "redisMode",
      value: redisMode,
      reason: "a cluster has six members, no two on one node, and only T4's load pays for them",
      allowed: "auto; cluster with tier t4 and high availability in three zones",
      example: "redisMode: auto",
    },
  ];
}

function sharded(values: Values): Finding[] {
  const { timescaledbShards, tier } = values;
  if (timescaledbShards === 1 || (tier === "t4" && isHighlyAvailable(values))) {
    return [];
  }
  return [
    {
      key: "timescaledbShards",
      value: timescaledbShards,
      reason: "each shard has three members, no two on one node, and only T4's load pays for more than one",
      allowed: "1; 2 or 4 with tier t4 and high availability in three zones",
      example: "timescaledbShards: 1",
    },
  ];
}

function underTimescaleLicence(values: Values, name: "timescaledbRetentionDays" | "timescaledbAggregates"): Finding[] {
  const value = values[name];
  if (values.timescaledbEdition === "community" || value === 0 || (Array.isArray(value) && value.length === 0)) {
    return [];
  }
  return [
    {
      key: name,
      value: typeof value === "number" ? value : [...value],
      reason: "only TimescaleDB's community edition has jobs that delete or sum up",
      allowed: `nothing with timescaledbEdition: apache; or timescaledbEdition: community`,
      example: `${name}: ${name === "timescaledbAggregates" ? "[]" : 0}`,
    },
  ];
}

function threeZones({ zones, highAvailability }: Values): Finding[] {
  if (highAvailability !== true || zones === "auto" || zones === 3) {
    return [];
  }
  return [
    {
      key: "zones",
      value: zones,
      reason: "highAvailability is true, and a majority that survives the loss of a zone takes three of them",
      allowed: "3 or auto; or highAvailability: false",
      example: "zones: 3",
    },
  ];
}

type CloudKey = "account" | "image" | "kmsKey" | "apiCertificate" | "apiDnsZone";

function formatOfCloud(values: Values, name: CloudKey, format: CloudFormat): Finding[] {
  const { cloud } = values;
  if (values[name] === "" || format[cloud].test(values[name])) {
    return [];
  }
  const other = CLOUDS.find((each) => each !== cloud)!;
  return [
    {
      key: name,
      value: values[name],
      reason: `it is ${format.words[other]}, and cloud is ${cloud}`,
      allowed: `"" or ${format.words[cloud]}`,
      example: `${name}: ${format.examples[cloud]}`,
    },
  ];
}

/** A key or certificate of another AWS region is not found in this one. */
function sameRegion(values: Values, name: "kmsKey" | "apiCertificate"): Finding[] {
  const region = regionOf(values);
  const [, , , itsRegion] = values[name].split(":");
  if (values.cloud !== "aws" || itsRegion === undefined || itsRegion === region) {
    return [];
  }
  return [
    {
      key: name,
      value: values[name],
      reason: `it belongs to region ${itsRegion}, and the stack stands in ${region}`,
      allowed: `one of region ${region}`,
    },
  ];
}

function bootableImage(values: Values): Finding[] {
  const region = regionOf(values);
  if (values.image !== "" || pinnedImage(values.cloud, region) !== undefined) {
    return [];
  }
  return [
    {
      key: "image",
      value: values.image,
      reason: `no Debian 13 image is pinned for ${region}; "npm run images -- --region ${region}" pins the newest`,
      allowed: `${KEYS.image.allowed}; required in regions without a pinned one`,
    },
  ];
}

function billingOfCloud({ cloud, billingAccount }: Values): Finding[] {
  return billingAccount === "" || cloud === "gcp"
    ? []
    : [
        {
          key: "billingAccount",
          value: billingAccount,
          reason: `cloud is ${cloud}, whose budgets need none`,
          allowed: '""; a billing account with cloud gcp',
          example: 'billingAccount: ""',
        },
      ];
}

function certificateForDomain({ apiCertificate, apiDomain }: Values): Finding[] {
  return apiCertificate === "" || apiDomain !== ""
    ? []
    : [
        {
          key: "apiDomain",
          value: apiDomain,
          reason: "apiCertificate is set, and clients only trust it under the name that it was issued for",
          allowed: "the DNS name that apiCertificate was issued for",
        },
      ];
}

function recordsOfDomain({ cloud, apiDnsZone, apiDomain, apiCertificate }: Values): Finding[] {
  if (apiDnsZone !== "" && apiDomain === "" && apiCertificate === "") {
    return [
      {
        key: "apiDomain",
        value: apiDomain,
        reason: "apiDnsZone is set, and there is no name whose records could go there",
        allowed: "a DNS name within the zone",
      },
    ];
  }
  return cloud === "aws" && apiCertificate === MANAGED_CERTIFICATE && apiDnsZone === ""
    ? [
        {
          key: "apiDnsZone",
          value: apiDnsZone,
          reason: "apiCertificate is managed, and AWS wants a record in the domain's zone as proof that it is yours",
          allowed: `${DNS_ZONE.words.aws} with apiCertificate: managed`,
          example: `apiDnsZone: ${DNS_ZONE.examples.aws}`,
        },
      ]
    : [];
}

function spot(values: Values): Finding[] {
  const { apiSpotPercent, apiRuntime } = values;
  if (apiSpotPercent === 0 || (apiRuntime === "vm" && isHighlyAvailable(values))) {
    return [];
  }
  return [
    {
      key: "apiSpotPercent",
      value: apiSpotPercent,
      reason:
        apiRuntime === "vm"
          ? "the stack is not highly available, and spot machines are taken away at any time"
          : "the API runs on Kubernetes, whose machines are not the stack's",
      allowed: "0; above that with apiRuntime vm and highAvailability only",
      example: "apiSpotPercent: 0",
    },
  ];
}

function wayOut({ nat, packageMirror, neo4jPackages }: Values): Finding[] {
  const missing = [
    ...(packageMirror === "" ? ["packageMirror"] : []),
    ...(neo4jPackages === NEO4J_ARCHIVE ? ["neo4jPackages"] : []),
  ].join(" and ");
  return nat !== "none" || missing === ""
    ? []
    : [
        {
          key: "nat",
          value: nat,
          reason: `nodes install their packages at boot, and without a way out they reach none but through ${missing}`,
          allowed: `auto, one or per-zone; none together with ${missing}`,
          example: "nat: one",
        },
      ];
}

function gatewayPerZone(values: Values): Finding[] {
  return values.nat !== "per-zone" || zoneCount(values) > 1
    ? []
    : [
        {
          key: "nat",
          value: values.nat,
          reason: "the stack has one zone, and one gateway serves it",
          allowed: "auto, one or none; per-zone with several zones",
          example: "nat: one",
        },
      ];
}

function disksOfCloud({ cloud, overrides }: Values): Finding[] {
  if (cloud !== "gcp") {
    return [];
  }
  return (["timescaledb", "neo4j", "redis"] as const)
    .filter((service) => (overrides[service]?.diskGiB ?? SMALLEST_GCP_DISK_GIB) < SMALLEST_GCP_DISK_GIB)
    .map((service) => ({
      key: `overrides.${service}.diskGiB`,
      value: overrides[service]!.diskGiB,
      reason: `Google Cloud makes no smaller disk than ${SMALLEST_GCP_DISK_GIB} GiB`,
      allowed: `on gcp at least ${SMALLEST_GCP_DISK_GIB}`,
      example: line(`overrides.${service}.diskGiB`, `${SMALLEST_GCP_DISK_GIB}`),
    }));
}

function typesAsked({ overrides }: Values): { service: Service; type: string }[] {
  return SERVICES.flatMap((service) => {
    const type = overrides[service]?.instanceType;
    return type === undefined ? [] : [{ service, type }];
  });
}

function instanceTypes(values: Values): Finding[] {
  const { cloud } = values;
  return typesAsked(values)
    .filter(({ type }) => machineType(cloud, type) === undefined)
    .map(({ service, type }) => {
      const other = CLOUDS.find((each) => machineType(each, type) !== undefined);
      const guess = nearest(
        type,
        machineTypes(cloud).map(({ name }) => name),
      );
      const hint = guess === undefined ? "" : `; did you mean ${guess}?`;
      return {
        key: `overrides.${service}.instanceType`,
        value: type,
        reason:
          other === undefined
            ? `${cloud} has no such x86_64 type${hint}`
            : `it is a type of ${other}, and cloud is ${cloud}`,
        allowed: `an x86_64 instance type of ${cloud}, of components/model/prices.json`,
        example: line(`overrides.${service}.instanceType`, `${guess ?? TIERS.t2.namedInstance![cloud]}`),
      };
    });
}

/** Services that share a node can't ask for different ones; a highly available API never shares. */
function sharedInstanceType(values: Values): Finding[] {
  const shared = typesAsked(values)
    .filter(({ service }) => service !== "api" || !isHighlyAvailable(values))
    .filter(({ type }) => machineType(values.cloud, type) !== undefined);
  const [first, ...others] = shared;
  const different = others.find(({ type }) => type !== first!.type);
  if (values.placement === "dedicated" || different === undefined) {
    return [];
  }
  return [
    {
      key: `overrides.${different.service}.instanceType`,
      value: different.type,
      reason: `placement is packed: it shares its nodes with ${first!.service}, for which ${first!.type} is asked`,
      allowed: "with placement packed the same type for all services that share a node; with dedicated any",
      example: line(`overrides.${different.service}.instanceType`, `${first!.type}`),
    },
  ];
}

function neo4jCluster(values: Values): Finding[] {
  const { neo4jEdition: edition, overrides } = values;
  const asked = overrides.neo4j?.members;
  const members = neo4jMembers(values);
  if (members === 3 && edition === "community") {
    return [
      {
        key: "overrides.neo4j.members",
        value: asked,
        reason: "neo4jEdition is community, and only Enterprise Edition can be clustered",
        allowed: "1 with neo4jEdition community",
        example: line("overrides.neo4j.members", "1"),
      },
    ];
  }
  if (members === 3 && zoneCount(values) !== 3) {
    return [
      {
        key: "overrides.neo4j.members",
        value: asked,
        reason: `a cluster has one member in each of three zones, and the stack has ${zoneCount(values)}`,
        allowed: "1, or 3 with zones 3",
        example: line("overrides.neo4j.members", "1"),
      },
    ];
  }
  if (isHighlyAvailable(values) && edition === "community" && asked === undefined) {
    return [
      {
        key: "neo4jEdition",
        value: edition,
        reason:
          "the stack is highly available, but Community Edition can't be clustered: Neo4j would be the one service that a lost zone stops",
        allowed:
          "auto or enterprise, with neo4jLicense; or community with overrides.neo4j.members: 1, which accepts the single server",
        example: "neo4jEdition: enterprise",
      },
    ];
  }
  return [];
}

function neo4jLicense(values: Values): Finding[] {
  if (neo4jEdition(values) === "community" || values.neo4jLicense !== "none") {
    return [];
  }
  const why =
    neo4jMembers(values) === 3 ? "Neo4j's three members need Enterprise Edition" : "neo4jEdition is enterprise";
  return [
    {
      key: "neo4jLicense",
      value: values.neo4jLicense,
      reason: `${why}, whose licence you have to accept yourself: nobody does it for you`,
      allowed:
        "evaluation (you accept Neo4j's evaluation terms) or commercial (you have an agreement with Neo4j); without either, neo4jEdition community with overrides.neo4j.members: 1",
    },
  ];
}
