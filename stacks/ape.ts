import * as pulumi from "@pulumi/pulumi";
import { Api } from "../components/api/api";
import { Backups } from "../components/backups/backups";
import { Budget } from "../components/budget/budget";
import { Neo4j } from "../components/neo4j/neo4j";
import { startNodes, storedResources, type DataService, type DataServiceArgs } from "../components/node/data-service";
import type { Ground } from "../components/node/member";
import type { Service } from "../components/node/role";
import type { StoredSecret } from "../components/node/secrets";
import { StackAuthority } from "../components/pki/stack-authority";
import type { Node, Platform, StackContext } from "../components/platform/platform";
import { regionZones } from "../components/platform/zones";
import { Redis } from "../components/redis/redis";
import { TimescaleDB } from "../components/timescaledb/timescaledb";
import { CONTRACT_VERSION, type PendingOutputs } from "./outputs";
import { stackLabels } from "./labels";
import { naming, type StackPlan } from "./plan";
import type { StackSpec } from "./spec";
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
    const ground = this.ground();
    const backups = new Backups(
      "backups",
      { platform: this.platform, retentionDays: spec.backupRetentionDays },
      this.within,
    );
    const { budgetUsd: usd, budgetEmails: emails, billingAccount } = spec;
    new Budget("budget", { platform: this.platform, usd, emails, billingAccount }, this.within);
    const timescaledb = new TimescaleDB("timescaledb", this.share("timescaledb", ground), this.within);
    const neo4j = new Neo4j("neo4j", this.share("neo4j", ground), this.within);
    const redis = new Redis("redis", this.share("redis", ground), this.within);
    const stores = [timescaledb, neo4j, redis];
    const apiUrl = await this.api(ground, stores, secrets);
    const reference = (service: DataService, secret: string): pulumi.Output<string> =>
      service.secrets.get(secret)!.reference;
    const outputs = {
      contractVersion: CONTRACT_VERSION,
      cloud: spec.cloud,
      region: spec.region,
      tier: spec.tier,
      apiUrl,
      caCertificate: ground.authority.certificate,
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

  private ground(): Ground {
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
  private share(service: Service, ground: Ground): Omit<DataServiceArgs, "secrets"> {
    const { placed, nodes, spec } = this.plan;
    return {
      ...ground,
      roles: placed.filter(({ role }) => role.service === service),
      nodes: spec.placement === "dedicated" ? nodes.filter(({ roles }) => roles[0]!.role.service === service) : [],
    };
  }

  private async api(
    ground: Ground,
    stores: readonly DataService[],
    secrets: ApeSecrets,
  ): Promise<pulumi.Output<string>> {
    const { spec, apiGroup } = this.plan;
    const shared = this.sharedNodes(ground, stores);
    if (spec.api.runtime === "kubernetes") {
      return this.kubernetesApi(ground, stores, secrets);
    }
    const { domain, certificate, spotPercent } = spec.api;
    const common = { ...ground, domain, certificate, clientCidrs: spec.allowedClientCidrs };
    const on =
      apiGroup === undefined
        ? { nodes: shared }
        : { group: apiGroup, targetCpuPercent: AUTOSCALING.targetCpuPercent, spotPercent };
    return new Api(
      "api",
      { ...common, on, after: stores.flatMap((store) => storedResources(store.secrets)) },
      this.within,
    ).url;
  }

  /** Nodes that several services share. */
  private sharedNodes(ground: Ground, stores: readonly DataService[]): Node[] {
    if (this.plan.spec.placement !== "packed") {
      return [];
    }
    const disks = new Map(stores.flatMap((store) => [...store.disks]));
    const secrets = stores.flatMap((store) => storedResources(store.secrets));
    return startNodes(ground, this.plan.nodes, disks, secrets, this);
  }

  private async kubernetesApi(
    ground: Ground,
    stores: readonly DataService[],
    secrets: ApeSecrets,
  ): Promise<pulumi.Output<string>> {
    const { spec, endpoints } = this.plan;
    const { KubernetesApi } = await import("../components/api/kubernetes");
    const { timescaledb, neo4j, redis } = endpoints;
    return new KubernetesApi(
      "api",
      {
        kubeconfig: secrets.kubeconfig!,
        namespace: spec.api.kubernetes!.namespace,
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
        credentials: credentials(stores),
        authority: ground.authority,
        domain: spec.api.domain,
        labels: stackLabels(spec),
      },
      this.within,
    ).url;
  }
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
