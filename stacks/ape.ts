import * as pulumi from "@pulumi/pulumi";
import { Backups } from "../components/backups/backups";
import { Budget } from "../components/budget/budget";
import { Neo4j } from "../components/neo4j/neo4j";
import type { DataService, DataServiceArgs } from "../components/node/data-service";
import type { NodeContext } from "../components/node/node-context";
import { Gates } from "../components/node/roll/hooks";
import type { Service } from "../components/model/role";
import { StackAuthority } from "../components/pki/stack-authority";
import type { Platform, StackContext } from "../components/platform/platform";
import { regionZones } from "../components/model/regions";
import { Redis } from "../components/redis/redis";
import { TimescaleDB } from "../components/timescaledb/timescaledb";
import { deployApi } from "./api-wiring";
import { DeletionProtection } from "./deletion-protection";
import { CONTRACT_VERSION, type PendingOutputs } from "./outputs";
import { stackLabels } from "./labels";
import { API_SECRETS, naming, type StackPlan } from "./plan";
import { dataSettings } from "./refused-change";
import { refusing } from "./stack-hooks";
import type { StackSpec } from "./config/spec";

/** Secrets that the program reads from the config or another stack. They are never part of the spec. */
interface ApeSecrets {
  /** Credentials of an existing Kubernetes cluster. Required when the API runs in one. */
  readonly kubeconfig?: pulumi.Output<string>;
}

/** Deploys a planned stack and returns its outputs. */
export async function deployApe(plan: StackPlan, secrets: ApeSecrets): Promise<PendingOutputs> {
  const platform = await loadPlatform(stackContext(plan.spec));
  return new Ape("ape", platform, plan).deploy(secrets);
}

/** Loads the SDK of the stack's cloud only: loading SDKs is most of a preview's time. */
async function loadPlatform(context: StackContext): Promise<Platform> {
  switch (context.cloud) {
    case "aws":
      return new (await import("../components/platform/aws/platform")).AwsPlatform(context);
    case "gcp":
      return new (await import("../components/platform/gcp/platform")).GcpPlatform(context);
  }
}

/** Root component of the stack. It creates the network, the backup bucket, the budget, the data services and the API. */
class Ape extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:stack:Ape";
  private readonly within: { readonly parent: pulumi.Resource };

  constructor(
    name: string,
    private readonly platform: Platform,
    private readonly plan: StackPlan,
    /** Everything below this component. */
    private readonly resources: pulumi.Resource[] = [],
  ) {
    const { tier, placement, highlyAvailable } = plan.spec;
    const settings = dataSettings(plan);
    super(
      Ape.__pulumiType,
      name,
      { tier, placement, highlyAvailable, ...settings },
      {
        providers: [platform.provider],
        hooks: refusing(settings),
        transformations: [({ resource }) => void resources.push(resource)],
      },
    );
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
    const apiUrl = await deployApi({
      plan: this.plan,
      platform: this.platform,
      nodeContext,
      stores,
      ...secrets,
      parent: this,
    });
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
        timescaledb: reference(timescaledb, API_SECRETS.timescaledb),
        neo4j: reference(neo4j, API_SECRETS.neo4j),
        redis: reference(redis, API_SECRETS.redis),
      },
      buckets: { backups: backups.bucket.name },
    } satisfies PendingOutputs;
    this.registerOutputs({ tier: spec.tier, cloud: spec.cloud, apiUrl });
    new DeletionProtection("deletionProtection", spec.deletionProtection, this);
    await nodeContext.gates.everythingServes(this.resources);
    return outputs;
  }

  /** Creates what all nodes share: the network, the CA and the bootstrap bucket. */
  private nodeContext(): NodeContext {
    const { spec, services, flows, placed } = this.plan;
    const { platform, within } = this;
    const bootstrap = platform.bucket(
      { name: "bootstrap", keep: false, noncurrentDays: spec.backupRetentionDays },
      within,
    );
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
      bootstrap,
      gates: new Gates({
        store: platform.objects(bootstrap),
        timeoutMinutes: spec.changeTimeoutMinutes,
        lost: spec.lostMembers,
        reports: spec.api.kubernetes === undefined ? { api: spec.api.image } : {},
      }),
      all: placed,
    };
  }

  /** A service's part of the plan: its roles, and its nodes when placement is dedicated. */
  private share(service: Service, nodeContext: NodeContext): Omit<DataServiceArgs, "secrets"> {
    const { placed, nodes, spec } = this.plan;
    return {
      ...nodeContext,
      roles: placed.filter(({ role }) => role.service === service),
      nodes: spec.placement === "dedicated" ? nodes.filter(({ roles }) => roles[0]!.role.service === service) : [],
    };
  }
}

/** The settings of a platform, derived from the spec. */
function stackContext(spec: StackSpec): StackContext {
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
