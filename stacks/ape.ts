import * as pulumi from "@pulumi/pulumi";
import { Api, type PublicArgs } from "../components/api/api";
import type { Destination, KubernetesApiArgs } from "../components/api/kubernetes/args";
import { NODE_PORT } from "../components/api/kubernetes/cluster";
import { NAME as SERVICE_ACCOUNT } from "../components/api/kubernetes/names";
import { RELEASE_KEY } from "../components/api/release";
import { Backups } from "../components/backups/backups";
import { Budget } from "../components/budget/budget";
import { Neo4j } from "../components/neo4j/neo4j";
import { startNodes, storedResources, type DataService, type DataServiceArgs } from "../components/node/data-service";
import type { NodeContext } from "../components/node/node-context";
import { addressOf, type Placed, type Service } from "../components/model/role";
import type { StoredSecret } from "../components/node/secrets";
import { StackAuthority } from "../components/pki/stack-authority";
import type { Node, Platform, StackContext } from "../components/platform/platform";
import { regionZones } from "../components/model/regions";
import { Redis } from "../components/redis/redis";
import { TimescaleDB } from "../components/timescaledb/timescaledb";
import { CONTRACT_VERSION, type PendingOutputs } from "./outputs";
import { stackLabels } from "./labels";
import { API_SECRETS, naming, type StackPlan } from "./plan";
import type { ExistingCluster, NewCluster, StackSpec } from "./config/spec";
import { API_CONTAINER, AUTOSCALING } from "./tiers";

/** What the program reads beside the stack's spec, and never puts into it. */
export interface ApeSecrets {
  /** Credentials of the Kubernetes cluster, where the API runs on one. */
  readonly kubeconfig?: pulumi.Output<string>;
}

/** Deploys a planned stack and says what it promises to others. */
export async function deployApe(plan: StackPlan, secrets: ApeSecrets): Promise<PendingOutputs> {
  const platform = await loadPlatform(stackContext(plan.spec));
  return new Ape("ape", platform, plan).deploy(secrets);
}

/** Only the chosen cloud's SDK is loaded: loading is most of a preview's time. */
async function loadPlatform(context: StackContext): Promise<Platform> {
  switch (context.cloud) {
    case "aws":
      return new (await import("../components/platform/aws/platform")).AwsPlatform(context);
    case "gcp":
      return new (await import("../components/platform/gcp/platform")).GcpPlatform(context);
  }
}

/** The stack's root: network, stores, API. */
class Ape extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:stack:Ape";
  private readonly within: { readonly parent: pulumi.Resource };

  constructor(
    name: string,
    private readonly platform: Platform,
    private readonly plan: StackPlan,
  ) {
    const { cloud, tier, placement, highlyAvailable } = plan.spec;
    super(Ape.__pulumiType, name, { cloud, tier, placement, highlyAvailable }, { providers: [platform.provider] });
    this.within = { parent: this };
  }

  async deploy(secrets: ApeSecrets): Promise<PendingOutputs> {
    const { spec, endpoints } = this.plan;
    this.platform.foundation(this.within);
    const nodeContext = this.nodeContext();
    const backups = new Backups(
      "backups",
      { platform: this.platform, retentionDays: spec.backupRetentionDays },
      this.within,
    );
    const { budgetUsd: usd, budgetEmails: emails, billingAccount } = spec;
    new Budget("budget", { platform: this.platform, usd, emails, billingAccount }, this.within);
    const timescaledb = new TimescaleDB("timescaledb", this.share("timescaledb", nodeContext), this.within);
    const neo4j = new Neo4j("neo4j", this.share("neo4j", nodeContext), this.within);
    const redis = new Redis("redis", this.share("redis", nodeContext), this.within);
    const stores = [timescaledb, neo4j, redis];
    const apiUrl = await this.api(nodeContext, stores, secrets);
    const reference = (service: DataService, secret: string): pulumi.Output<string> =>
      service.secrets.get(secret)!.reference;
    const outputs = {
      contractVersion: CONTRACT_VERSION,
      cloud: spec.cloud,
      region: spec.region,
      tier: spec.tier,
      apiUrl,
      caCertificate: nodeContext.authority.certificate,
      timescaledb: {
        writer: endpoints.timescaledb.writer,
        reader: endpoints.timescaledb.reader,
        shards: endpoints.timescaledb.shards.map(({ writer, reader }) => ({ writer, reader })),
      },
      neo4j: { uri: endpoints.neo4j.uri, members: endpoints.neo4j.members, driver: endpoints.neo4j.driver },
      redis: {
        sentinels: endpoints.redis.sentinels,
        masterName: endpoints.redis.masterName ?? "",
        url: endpoints.redis.url ?? "",
        cluster: endpoints.redis.cluster,
      },
      secrets: {
        timescaledb: reference(timescaledb, "timescaledb-api"),
        neo4j: reference(neo4j, "neo4j-api"),
        redis: reference(redis, "redis-api"),
      },
      buckets: { backups: backups.bucket.name },
    } satisfies PendingOutputs;
    this.registerOutputs({ tier: spec.tier, cloud: spec.cloud, apiUrl });
    return outputs;
  }

  private nodeContext(): NodeContext {
    const { spec, services, flows, placed } = this.plan;
    const { platform, within } = this;
    return {
      platform,
      network: platform.network(
        {
          cidr: spec.networkCidr,
          zones: spec.zones.length,
          nat: spec.nat,
          clientCidrs: spec.allowedClientCidrs,
          apiCidrs: spec.api.kubernetes?.cidrs ?? [],
          cluster: this.plan.cluster !== undefined,
          services,
          flows,
        },
        within,
      ),
      authority: new StackAuthority("authority", { name: naming(spec).prefix, from: spec.certificatesFrom }, within),
      bootstrap: platform.bucket({ name: "bootstrap", keep: false, noncurrentDays: spec.backupRetentionDays }, within),
      all: placed,
    };
  }

  /** A service's part of the plan: its roles, and its nodes where they are its own. */
  private share(service: Service, nodeContext: NodeContext): Omit<DataServiceArgs, "secrets"> {
    const { placed, nodes, spec } = this.plan;
    return {
      ...nodeContext,
      roles: placed.filter(({ role }) => role.service === service),
      nodes: spec.placement === "dedicated" ? nodes.filter(({ roles }) => roles[0]!.role.service === service) : [],
    };
  }

  private async api(
    nodeContext: NodeContext,
    stores: readonly DataService[],
    secrets: ApeSecrets,
  ): Promise<pulumi.Output<string>> {
    const { spec, apiGroup } = this.plan;
    const after = stores.flatMap((store) => storedResources(store.secrets));
    if (spec.api.kubernetes !== undefined) {
      this.sharedNodes(nodeContext, stores, after);
      return this.plan.cluster === undefined
        ? this.existingCluster(nodeContext, stores, secrets)
        : this.newCluster(nodeContext, stores, after);
    }
    const { image } = spec.api;
    const release = this.platform.object(nodeContext.bootstrap, RELEASE_KEY, image, "api-release", this.within);
    const read = [...after, release];
    const shared = this.sharedNodes(nodeContext, stores, read);
    const { spotPercent } = spec.api;
    const on =
      apiGroup === undefined
        ? { nodes: shared }
        : { group: apiGroup, targetCpuPercent: AUTOSCALING.targetCpuPercent, spotPercent };
    return new Api("api", { ...nodeContext, ...this.clients(), on, after: read }, this.within).url;
  }

  /** How clients reach the API by a load balancer of the stack's own. */
  private clients(): PublicArgs {
    const { api, allowedClientCidrs: clientCidrs } = this.plan.spec;
    const { domain, certificate, dnsZone } = api;
    return { domain, certificate, dnsZone, clientCidrs };
  }

  /** Nodes that several services share, started after what they read at boot. */
  private sharedNodes(
    nodeContext: NodeContext,
    stores: readonly DataService[],
    after: readonly pulumi.Resource[],
  ): Node[] {
    if (this.plan.spec.placement !== "packed") {
      return [];
    }
    const disks = new Map(stores.flatMap((store) => [...store.disks]));
    return startNodes(nodeContext, this.plan.nodes, disks, after, this);
  }

  private async existingCluster(
    nodeContext: NodeContext,
    stores: readonly DataService[],
    { kubeconfig }: ApeSecrets,
  ): Promise<pulumi.Output<string>> {
    const { KubernetesApi } = await import("../components/api/kubernetes/kubernetes");
    const cluster = this.plan.spec.api.kubernetes!.cluster as ExistingCluster;
    const args: KubernetesApiArgs = {
      ...this.workload(nodeContext, stores),
      kubeconfig: kubeconfig!,
      entry: { kind: "ingress", className: cluster.ingressClass, from: cluster.ingressNamespaces },
      serviceAccountAnnotations: cluster.serviceAccountAnnotations,
    };
    return new KubernetesApi("api", args, this.within).url;
  }

  private async newCluster(
    nodeContext: NodeContext,
    stores: readonly DataService[],
    after: readonly pulumi.Resource[],
  ): Promise<pulumi.Output<string>> {
    const { KubernetesApi } = await import("../components/api/kubernetes/kubernetes");
    const { spec, cluster: plan } = this.plan;
    const { namespace, cluster: asked } = spec.api.kubernetes!;
    const { version, operatorCidrs } = asked as NewCluster;
    const cluster = this.platform.cluster(
      {
        name: "api",
        version,
        machine: plan!.machine,
        nodes: plan!.nodes,
        servingPort: NODE_PORT,
        operatorCidrs,
        account: { namespace, name: SERVICE_ACCOUNT, secrets: API_SECRETS },
      },
      nodeContext.network,
      { ...this.within, dependsOn: [...after] },
    );
    const args: KubernetesApiArgs = {
      ...this.workload(nodeContext, stores),
      kubeconfig: cluster.kubeconfig,
      entry: { kind: "nodePort", port: NODE_PORT, from: this.platform.balancerCidrs(spec.networkCidr) },
      serviceAccountAnnotations: cluster.serviceAccountAnnotations,
    };
    const pods = new KubernetesApi("api", args, this.within);
    const on = { cluster: cluster.nodes, port: NODE_PORT };
    return new Api("api", { ...nodeContext, ...this.clients(), on, after: [pods] }, this.within).url;
  }

  /** What runs on a cluster, whoever's it is. */
  private workload(
    nodeContext: NodeContext,
    stores: readonly DataService[],
  ): Omit<KubernetesApiArgs, "kubeconfig" | "entry" | "serviceAccountAnnotations"> {
    const { spec, endpoints, placed } = this.plan;
    const { timescaledb, neo4j, redis } = endpoints;
    const { namespace, scrapedFrom } = spec.api.kubernetes!;
    return {
      cloud: spec.cloud,
      namespace,
      scrapedFrom,
      image: spec.api.image,
      workersPerContainer: spec.api.workersPerContainer,
      ...API_CONTAINER,
      autoscaling: {
        minReplicas: AUTOSCALING.minContainers,
        maxReplicas: AUTOSCALING.maxContainers,
        cpuPercent: AUTOSCALING.targetCpuPercent,
        memoryPercent: AUTOSCALING.targetMemoryPercent,
      },
      backends: {
        timescaledbWriter: timescaledb.writer,
        timescaledbReader: timescaledb.reader,
        timescaledbShards: timescaledb.shards,
        neo4jUri: neo4j.uri,
        neo4jMembers: neo4j.members,
        redisSentinels: redis.sentinels,
        redisMasterName: redis.masterName ?? "",
        redisUrl: redis.url ?? "",
        redisCluster: redis.cluster,
      },
      destinations: destinations(placed),
      credentials: credentials(stores),
      authority: nodeContext.authority,
      domain: spec.api.domain,
      labels: stackLabels(spec),
    };
  }
}

/** Where the API connects to, from nothing but what the data services say that they listen to. */
function destinations(placed: readonly Placed[]): Destination[] {
  return placed
    .map((each) => ({
      address: addressOf(each),
      ports: each.role.listens.filter(({ from }) => from.includes("api")).map(({ port }) => port),
    }))
    .filter(({ ports }) => ports.length > 0);
}

/** User names and passwords by the environment variables that the API reads. */
function credentials(stores: readonly DataService[]): Record<string, pulumi.Output<string>> {
  const secrets = new Map<string, StoredSecret>(stores.flatMap((store) => [...store.secrets]));
  const field = (secret: string, name: string): pulumi.Output<string> => secrets.get(secret)!.fields[name]!;
  return {
    PGUSER: field("timescaledb-api", "username"),
    PGPASSWORD: field("timescaledb-api", "password"),
    NEO4J_USERNAME: field("neo4j-api", "username"),
    NEO4J_PASSWORD: field("neo4j-api", "password"),
    REDIS_USERNAME: field("redis-api", "username"),
    REDIS_PASSWORD: field("redis-api", "password"),
  };
}

/** What a spec means to a platform. */
export function stackContext(spec: StackSpec): StackContext {
  return {
    cloud: spec.cloud,
    region: spec.region,
    zones: regionZones(spec.cloud, spec.region),
    account: spec.account,
    ...naming(spec),
    kmsKey: spec.kmsKey,
    image: spec.image,
    packageMirror: spec.packageMirror,
    protectData: spec.deletionProtection,
    labels: stackLabels(spec),
  };
}
