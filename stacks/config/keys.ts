import { NETWORK_PREFIX, parseCidr } from "../../components/model/addresses";
import { PLACEMENTS } from "../../components/node/placement";
import { NEO4J_EDITIONS, NEO4J_LICENCES } from "../../components/neo4j/licence";
import { DEFAULT_KUBERNETES_VERSION, KUBERNETES_VERSIONS } from "../../components/model/kubernetes-versions";
import { NEO4J_ARCHIVE } from "../../components/neo4j/archive";
import { DEFAULT_VERSION, VERSION_NAMES } from "../../components/neo4j/version";
import { CLOUDS } from "../../components/model/cloud";
import { NAT_MODES } from "../../components/platform/platform";
import { EDITIONS } from "../../components/timescaledb/edition";
import { AGGREGATES, COMPRESS_AFTER_DAYS } from "../../components/timescaledb/schema-options";
import { SHARD_COUNTS, type ShardCount } from "../../components/timescaledb/topology";
import { DEFAULT_REGION } from "../../components/model/regions";
import { API_RUNTIMES, CLUSTERS } from "./spec";
import { BACKUP_RETENTION_DAYS, TIER_NAMES, TIERS } from "../tiers";
import { ACCOUNT, allowedOf, CERTIFICATE, DNS_ZONE, IMAGE, KMS_KEY, ofEitherCloud } from "./formats";
import {
  among,
  autoOr,
  cidr,
  day,
  emptyOr,
  flag,
  instant,
  integer,
  listOf,
  number,
  oneOf,
  refuse,
  structured,
  text,
  whole,
  words,
  type Accepting,
  type Parser,
} from "./parsers";
import { overrides } from "./sizes";
import { waivers } from "./waivers";

/** A key of a stack's config. */
export interface Key<T> extends Accepting<T> {
  /** What Pulumi.yaml declares: the engine knows no more than these. */
  readonly type: "string" | "integer" | "boolean" | "array" | "object";
  /** Absent: the key is required. A default that depends on other keys is "auto". */
  readonly default?: unknown;
  /** As one writes it in Pulumi.<stack>.yaml, behind the key. */
  readonly example: string;
  readonly description: string;
  /** Whether the value is encrypted, and never shown: `parse` is only told whether there is one. Default false. */
  readonly secret?: boolean;
}

/** Shards: a number of the few that there are. */
const shards: Parser<ShardCount> = (value) => {
  const given = number(1, Number.MAX_SAFE_INTEGER)(value);
  return SHARD_COUNTS.find((count) => count === given) ?? refuse();
};

const LABEL = /^[a-z][a-z0-9_-]{0,62}$/;
const LABEL_WORDS = "1 to 63 of a-z, 0-9, _ and -, a letter first: valid as an AWS tag and as a Google Cloud label";
const AVAILABLE_TIERS = TIER_NAMES.filter((tier) => TIERS[tier].highAvailability).join(" and ");
const DNS_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const HTTPS_HOST = `https://${DNS_LABEL}(?:\\.${DNS_LABEL})*(?::\\d{1,5})?`;
const PATH_PART = "/[\\w.~-]+";
const NAMESPACE = new RegExp(`^${DNS_LABEL}$`);
const DNS_NAME = new RegExp(`^(?=.{1,253}$)${DNS_LABEL}(?:\\.${DNS_LABEL})*\\.[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$`);

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** Google Cloud tells no more addresses of a budget (https://cloud.google.com/billing/docs/how-to/budgets-notification-recipients). */
const MAX_BUDGET_EMAILS = 5;

/** Every key, in the order in which the documentation lists them. */
export const KEYS = {
  cloud: key({
    type: "string",
    ...among(CLOUDS),
    example: "aws",
    description: "Cloud that the stack stands on.",
  }),
  tier: key({
    type: "string",
    ...among(TIER_NAMES),
    example: "t2",
    description: "Load tier of the Scaling Strategy: sizes, budget, defaults.",
  }),
  owner: key({
    type: "string",
    allowed: LABEL_WORDS,
    example: "platform-team",
    description: "Who answers for the stack; a label on every resource.",
    parse: text(LABEL),
  }),
  costCentre: key({
    type: "string",
    allowed: LABEL_WORDS,
    example: "ape-2026",
    description: "Who pays for the stack; a label on every resource.",
    parse: text(LABEL),
  }),
  apiImage: key({
    type: "string",
    allowed: "an image's whole name, <registry>/<path>:<tag> or <registry>/<path>@sha256:<digest>; not the tag latest",
    example: "registry.example.com/ape/api:1.0.0",
    description: "The API's container image. It listens on PORT, runs WEB_CONCURRENCY workers and answers /ready.",
    parse: image,
  }),
  region: key({
    type: "string",
    default: "auto",
    allowed: `auto (${CLOUDS.map((cloud) => `${DEFAULT_REGION[cloud]} on ${cloud}`).join(", ")}) or a region of the cloud, of those in docs/configuration.md`,
    example: "us-east-1",
    description: "The cloud's region. Changing it makes another, empty stack.",
    parse: text(/^[a-z0-9-]+$/),
  }),
  zones: key({
    type: "string",
    default: "auto",
    allowed: "auto (3 when highly available, otherwise 1), 1, 2 or 3",
    example: "3",
    description: "How many zones of the region hold nodes.",
    parse: autoOr(integer(1, 3)),
  }),
  placement: key({
    type: "string",
    default: "dedicated",
    ...among(PLACEMENTS),
    example: "packed",
    description: "A node for each member of a service, or one node a zone that services share: cheaper, less isolated.",
  }),
  highAvailability: key({
    type: "string",
    default: "auto",
    allowed: `auto (true at ${AVAILABLE_TIERS} unless zones is 1 or 2, otherwise false), true or false`,
    example: "true",
    description: "Replicate every service over three zones, so that the loss of one is survived.",
    parse: autoOr(flag),
  }),
  apiRuntime: key({
    type: "string",
    default: "vm",
    ...among(API_RUNTIMES),
    example: "kubernetes",
    description: "Where the API runs: machines of the stack, or a Kubernetes cluster.",
  }),
  apiDomain: key({
    type: "string",
    default: "",
    allowed: '"" (the load balancer\'s own name) or a DNS name in lower case',
    example: "api.example.com",
    description: "The API's public name. Its DNS record is yours to make, unless apiDnsZone is set.",
    parse: emptyOr(text(DNS_NAME)),
  }),
  apiCertificate: key({
    type: "string",
    default: "",
    allowed: allowedOf(CERTIFICATE, "a certificate of the stack's own authority"),
    example: CERTIFICATE.examples.aws,
    description: "The certificate that clients of the API see. Requires apiDomain.",
    parse: emptyOr(ofEitherCloud(CERTIFICATE)),
  }),
  apiDnsZone: key({
    type: "string",
    default: "",
    allowed: allowedOf(DNS_ZONE, "its records are made elsewhere"),
    example: DNS_ZONE.examples.aws,
    description: "The cloud's DNS zone that gets the records of apiDomain. On aws apiCertificate: managed requires it.",
    parse: emptyOr(ofEitherCloud(DNS_ZONE)),
  }),
  apiSpotPercent: key({
    type: "integer",
    default: 0,
    ...whole(0, 100),
    example: "50",
    description:
      "Share of the API's capacity above its minimum that may be spot. Requires apiRuntime vm and highAvailability.",
  }),
  kubernetesCluster: key({
    type: "string",
    default: "existing",
    ...among(CLUSTERS),
    example: "new",
    description:
      "Whose cluster the API runs on: one that is there already, or one of the stack's own (EKS or GKE), behind the stack's load balancer.",
  }),
  kubeconfig: key({
    type: "string",
    default: "",
    secret: true,
    allowed: "a kubeconfig, encrypted; an existing cluster takes this or kubeconfigStack",
    example: "{ secure: AAABAK... } (cat kubeconfig.yaml | pulumi config set --secret kubeconfig)",
    description: "Credentials of an existing Kubernetes cluster.",
    parse: (isSet) => isSet === true,
  }),
  kubeconfigStack: key({
    type: "string",
    default: "",
    allowed: '"" or a stack\'s whole name, <organization>/<project>/<stack>',
    example: "acme/platform/prod",
    description: "Stack whose output `kubeconfig` has the credentials of an existing Kubernetes cluster.",
    parse: emptyOr(text(/^[\w.-]+\/[\w.-]+\/[\w.-]+$/)),
  }),
  kubernetesNamespace: key({
    type: "string",
    default: "ape",
    allowed: "1 to 63 of a-z, 0-9 and -, a letter or digit at both ends",
    example: "ape",
    description: "Kubernetes namespace of the API.",
    parse: text(NAMESPACE),
  }),
  kubernetesCidrs: key({
    type: "array",
    default: [],
    allowed: "a list of IPv4 networks in CIDR notation; an existing cluster takes at least one",
    example: '["10.8.0.0/14"]',
    description:
      "Networks that an existing cluster's pods or nodes come from: who may open connections to the data services.",
    parse: listOf(cidr, 0),
  }),
  kubernetesIngressClass: key({
    type: "string",
    default: "",
    allowed: '"" (the cluster\'s default) or the name of an IngressClass',
    example: "traefik",
    description: "Class of the Ingress that an existing cluster gets for apiDomain.",
    parse: emptyOr(text(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/)),
  }),
  kubernetesIngressNamespaces: key({
    type: "array",
    default: [],
    allowed: "a list of namespaces; none: requests may come from any pod of the cluster",
    example: '["traefik"]',
    description: "Namespaces of an existing cluster that requests come from: its Ingress controller's.",
    parse: listOf(text(NAMESPACE), 0),
  }),
  kubernetesServiceAccountAnnotations: key({
    type: "object",
    default: {},
    allowed: "an object of texts by annotation",
    example: '{ "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/ape-api" }',
    description:
      "Annotations that bind the API's service account to an identity of the cloud on an existing cluster. A new one is bound by itself.",
    parse: annotations,
  }),
  kubernetesScrapedFrom: key({
    type: "array",
    default: [],
    allowed: "a list of namespaces; only where the cluster has Prometheus Operator's API",
    example: '["monitoring"]',
    description: "Namespaces whose Prometheus scrapes the API's metrics: it is told by a ServiceMonitor, and let in.",
    parse: listOf(text(NAMESPACE), 0),
  }),
  kubernetesOperatorCidrs: key({
    type: "array",
    default: [],
    allowed: "a list of IPv4 networks in CIDR notation; none: the control plane has no public address",
    example: '["203.0.113.0/24"]',
    description:
      "Networks that may reach a new cluster's control plane. Pulumi must run in one of them, or in the stack's.",
    parse: listOf(cidr, 0),
  }),
  kubernetesVersion: key({
    type: "string",
    default: "auto",
    allowed: `auto (${DEFAULT_KUBERNETES_VERSION}), ${words(KUBERNETES_VERSIONS)}`,
    example: `"${DEFAULT_KUBERNETES_VERSION}"`,
    description: "Version of a new cluster. There is no way back to an older one.",
    parse: autoOr(oneOf(KUBERNETES_VERSIONS)),
  }),
  redisMode: key({
    type: "string",
    default: "auto",
    allowed: "auto (Sentinels when highly available, otherwise a single server) or cluster",
    example: "cluster",
    description:
      "How Redis is made up. `cluster`: three masters that share the keys, each with a replica; T4, highly available, dedicated.",
    parse: oneOf(["auto", "cluster"] as const),
  }),
  timescaledbShards: key({
    type: "integer",
    default: 1,
    allowed: "1, 2 or 4; more than 1 with tier t4, placement dedicated and high availability",
    example: "2",
    description: "Parts that symbols are spread over, each with two data nodes and a witness of its own.",
    parse: shards,
  }),
  timescaledbEdition: key({
    type: "string",
    default: "apache",
    ...among(EDITIONS),
    example: "community",
    description:
      "Edition of TimescaleDB. `apache`: Debian's packages. `community`: the maker's, under the Timescale licence that you accept by setting it; it compresses prices after a week.",
  }),
  timescaledbRetentionDays: key({
    type: "integer",
    default: 0,
    allowed: `0 (for ever) or ${2 * COMPRESS_AFTER_DAYS} to 36500; above 0 requires timescaledbEdition: community`,
    example: "730",
    description: "Days after which prices are deleted.",
    parse: (value) => (value === 0 || value === "0" ? 0 : integer(2 * COMPRESS_AFTER_DAYS, 36_500)(value)),
  }),
  timescaledbAggregates: key({
    type: "array",
    default: [],
    allowed: `a list of ${words(AGGREGATES)}; requires timescaledbEdition: community`,
    example: '["hour", "day"]',
    description: "Continuous aggregates that are kept of prices, by their interval.",
    parse: listOf(oneOf(AGGREGATES), 0),
  }),
  timescaledbRestoreTo: key({
    type: "string",
    default: "",
    allowed: '"" (the end of the backups) or a time in UTC, "2026-01-31T12:00:00Z"',
    example: "2026-01-31T12:00:00Z",
    description:
      "Which state of the backups a blank data disk of TimescaleDB is filled with. Disks with data stay as they are.",
    parse: emptyOr(instant),
  }),
  neo4jEdition: key({
    type: "string",
    default: "auto",
    allowed: `auto (enterprise with three members, otherwise community), ${words(NEO4J_EDITIONS)}`,
    example: "community",
    description: "Edition of Neo4j. Only Enterprise Edition can be clustered.",
    parse: autoOr(oneOf(NEO4J_EDITIONS)),
  }),
  neo4jLicense: key({
    type: "string",
    default: "none",
    allowed: `${words(NEO4J_LICENCES)}; enterprise needs evaluation or commercial`,
    example: "evaluation",
    description: "The licence of Neo4j Enterprise Edition that you accept by setting this key.",
    parse: oneOf(NEO4J_LICENCES),
  }),
  neo4jVersion: key({
    type: "string",
    default: DEFAULT_VERSION,
    ...among(VERSION_NAMES),
    example: "2026",
    description:
      "Release of Neo4j: the one with long-term support, or the newest calendar version. There is no way back to an older one.",
  }),
  neo4jPackages: key({
    type: "string",
    default: NEO4J_ARCHIVE,
    allowed: "the https URL of Neo4j's package archive or of a copy of it, without user, query or slash at its end",
    example: "https://mirror.example.internal/neo4j",
    description: "Where nodes install Neo4j from. Packages are refused unless Neo4j's own key has signed them.",
    parse: text(new RegExp(`^${HTTPS_HOST}(?:${PATH_PART})*$`)),
  }),
  overrides: key({
    type: "object",
    default: {},
    allowed: "an object of services with the sizes listed in docs/configuration.md",
    example: "{ neo4j: { heapGiB: 6 } }",
    description: "Sizes that differ from the tier's.",
    parse: overrides,
  }),
  backupRetentionDays: key({
    type: "integer",
    default: BACKUP_RETENTION_DAYS,
    ...whole(30, 3650),
    example: "90",
    description: "Days that a backup can be restored.",
  }),
  budgetUsd: key({
    type: "string",
    default: "auto",
    allowed: "auto (the tier's for the cloud) or a number above 0",
    example: "650",
    description: "Budget in US dollars a month; the policies compare the stack's price with it.",
    parse: autoOr(number(Number.MIN_VALUE, Number.MAX_SAFE_INTEGER)),
  }),
  budgetEmails: key({
    type: "array",
    default: [],
    allowed: "a list of e-mail addresses, at most 5",
    example: '["platform@example.com"]',
    description:
      "Who is told by the cloud when the bill nears budgetUsd: at 80 % and 100 % of it, and when a month is forecast above it. Without anybody there is no alert on aws.",
    parse: (value) => {
      const emails = listOf(text(EMAIL), 0)(value);
      return emails.length > MAX_BUDGET_EMAILS ? refuse(`there are ${emails.length}`) : emails;
    },
  }),
  billingAccount: key({
    type: "string",
    default: "",
    allowed: '"" (no budget alert on gcp) or the id of a Google Cloud billing account',
    example: "012345-6789AB-CDEF01",
    description: "Where gcp keeps the stack's budget alert; on aws the account itself does.",
    parse: emptyOr(text(/^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/)),
  }),
  allowedClientCidrs: key({
    type: "array",
    default: ["0.0.0.0/0"],
    allowed: "a list of IPv4 networks in CIDR notation, at least one",
    example: '["203.0.113.0/24"]',
    description: "Networks that may open connections to the API's load balancer.",
    parse: listOf(cidr, 1),
  }),
  deletionProtection: key({
    type: "boolean",
    default: true,
    allowed: "true or false",
    example: "false",
    description: "Refuse to delete what holds data, and leave it in the cloud when the stack is destroyed.",
    parse: flag,
  }),
  nat: key({
    type: "string",
    default: "auto",
    allowed: `auto (per-zone at t4 when highly available, otherwise one), ${words(NAT_MODES)}; none requires packageMirror and neo4jPackages, per-zone several zones`,
    example: "one",
    description: "NAT gateways: the nodes' way out to package mirrors and container registries.",
    parse: autoOr(oneOf(NAT_MODES)),
  }),
  packageMirror: key({
    type: "string",
    default: "",
    allowed:
      '"" (Debian\'s own mirrors) or the https URL of a Debian mirror, with a path, without user, query or slash at its end',
    example: "https://mirror.example.internal/debian",
    description: "Where nodes install their packages from. It must be reachable inside the network when nat is none.",
    parse: emptyOr(text(new RegExp(`^${HTTPS_HOST}(?:${PATH_PART})+$`))),
  }),
  networkCidr: key({
    type: "string",
    default: "10.60.0.0/16",
    allowed: `a private IPv4 /${NETWORK_PREFIX} of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`,
    example: "10.60.0.0/16",
    description: "The stack's private network. Changing it replaces the network and all nodes; data disks stay.",
    parse: privateNetwork,
  }),
  account: key({
    type: "string",
    default: "",
    allowed: allowedOf(ACCOUNT, "the one of the credentials; on gcp also gcp:project"),
    example: ACCOUNT.examples.aws,
    description: "Account or project that the stack must be deployed to.",
    parse: emptyOr(ofEitherCloud(ACCOUNT)),
  }),
  image: key({
    type: "string",
    default: "",
    allowed: allowedOf(IMAGE, "the Debian 13 image pinned for the region"),
    example: IMAGE.examples.aws,
    description: "Boot image of the nodes: Debian 13 for x86_64.",
    parse: emptyOr(ofEitherCloud(IMAGE)),
  }),
  kmsKey: key({
    type: "string",
    default: "",
    allowed: allowedOf(KMS_KEY, "the cloud's default key"),
    example: KMS_KEY.examples.aws,
    description: "Your own key that disks, buckets and secrets are encrypted with.",
    parse: emptyOr(ofEitherCloud(KMS_KEY)),
  }),
  bucketSuffix: key({
    type: "string",
    default: "",
    allowed:
      '"" (8 hex digits derived from organization, project and stack) or 1 to 20 of a-z, 0-9 and -, a letter or digit at both ends',
    example: "ape-a1",
    description: "Ends every bucket's name, which must be unique in the world. Changing it makes other, empty buckets.",
    parse: emptyOr(text(/^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/)),
  }),
  certificatesFrom: key({
    type: "string",
    default: "2026-01-01",
    allowed: "a day, YYYY-MM-DD",
    example: '"2026-01-01"',
    description: "First day of validity of the stack's internal certificates. Moving it forward issues new ones.",
    parse: day,
  }),
  waivers: key({
    type: "object",
    default: {},
    allowed: "by a name of yours: policy, resource (a pattern of URNs), reason, owner and until (its last day)",
    example:
      '{ no-second-zone: { policy: data-zones, resource: "*", reason: Load tests only, owner: ada, until: "2026-12-31" } }',
    description: "Exceptions from policies, docs/policies.md. They are printed at every run, and end by themselves.",
    parse: waivers,
  }),
} as const;

export type KeyName = keyof typeof KEYS;
export const KEY_NAMES = Object.keys(KEYS) as KeyName[];

/** The config, each key parsed by itself. */
export type Values = { readonly [K in KeyName]: ReturnType<(typeof KEYS)[K]["parse"]> };

function key<T>(definition: Key<T>): Key<T> {
  return definition;
}

/** Registry, path, tag, digest. Short names are refused: nodes know no default registry. */
function image(value: unknown): string {
  const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
  const registry = "(?:localhost|[a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9-]+(?=:))(?::\\d{1,5})?";
  const whole = new RegExp(`^${registry}(?:/${component})+(?::([\\w][\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`);
  const given = text(/^\S+$/)(value);
  const [, tag, digest] = whole.exec(given) ?? refuse("it is no image's whole name, registry included");
  if (digest === undefined && (tag === undefined || tag === "latest")) {
    return refuse(
      `${tag === undefined ? "without a tag" : "the tag latest"}, nobody can say what runs or go back to it`,
    );
  }
  return given;
}

/** Kubernetes' annotations: texts by qualified name. */
function annotations(value: unknown): Readonly<Record<string, string>> {
  const given = structured(value);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return refuse("it is not an object");
  }
  const strange = Object.entries(given).filter(
    ([name, content]) => !/^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9][\w.-]{0,62}$/.test(name) || typeof content !== "string",
  );
  return strange.length === 0
    ? (given as Record<string, string>)
    : refuse(`${strange.map(([name]) => name).join(", ")}: not a text under a qualified name`);
}

function privateNetwork(value: unknown): string {
  const given = cidr(value);
  const { prefix } = parseCidr(given);
  if (prefix !== NETWORK_PREFIX) {
    return refuse(`the prefix length must be ${NETWORK_PREFIX}`);
  }
  return /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.)/.test(given) ? given : refuse("it is not a private network");
}
