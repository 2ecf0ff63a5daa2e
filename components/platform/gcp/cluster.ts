import * as compute from "@pulumi/gcp/compute";
import * as container from "@pulumi/gcp/container";
import * as projects from "@pulumi/gcp/projects";
import * as secretmanager from "@pulumi/gcp/secretmanager";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import { kubeconfig } from "../kubeconfig";
import { dependencies } from "../options";
import type { Cluster, ClusterSpec, StackContext } from "../platform";
import { SERVING_PORT, type GcpBackend } from "./group";
import { accountId, type Holdings } from "./identity";
import { labels, labelValue } from "./labels";
import { POD_RANGE, SERVICE_RANGE, type GcpNetwork } from "./network";
import { DISK_TYPE, SHIELDED } from "./node";

/** Disk of a cluster node, GiB: container images, logs and emptyDir volumes. It is deleted with the node. */
const NODE_DISK_GIB = 30;
/** Start of the daily maintenance window for upgrades of the release channel, UTC: at night, like backups. */
const MAINTENANCE_START = "03:00";

/** A GKE cluster: private nodes in the API's subnetwork, and a control plane that is not open to the internet. */
export class GcpCluster extends pulumi.ComponentResource implements Cluster, GcpBackend {
  static readonly __pulumiType = "ape:platform:Cluster";
  readonly resource = this;
  readonly nodes = this;
  readonly kubeconfig: pulumi.Output<string>;
  readonly instanceGroups: readonly pulumi.Output<string>[];
  readonly serviceAccountAnnotations: Readonly<Record<string, pulumi.Input<string>>>;
  /** The zone of a single-zone stack, otherwise the region. */
  private readonly location: string;

  constructor(
    private readonly context: StackContext,
    private readonly holdings: Holdings,
    private readonly spec: ClusterSpec,
    private readonly network: GcpNetwork,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(
      GcpCluster.__pulumiType,
      spec.name,
      { version: spec.version, machine: spec.machine.name, nodes: spec.nodes },
      opts,
    );
    this.location = network.zones.length === 1 ? network.zones[0]! : context.region;
    const { account, ready } = this.nodeAccount();
    const cluster = this.controlPlane(account, [...network.ready, ...ready, ...dependencies(opts)]);
    const pool = this.nodePool(cluster, account);
    this.instanceGroups = this.namedPorts(pool);
    const identity = this.podIdentity(cluster);
    this.serviceAccountAnnotations = { "iam.gke.io/gcp-service-account": identity.email };
    this.kubeconfig = kubeconfig({
      name: cluster.name,
      server: pulumi.interpolate`https://${cluster.endpoint}`,
      certificateAuthority: cluster.masterAuth.clusterCaCertificate,
      command: "gke-gcloud-auth-plugin",
      args: [],
      ready: pool.id,
    });
    this.registerOutputs({ version: spec.version, machine: spec.machine.name, nodes: spec.nodes });
  }

  private controlPlane(account: serviceaccount.Account, after: pulumi.Resource[]): container.Cluster {
    const { context, spec, network } = this;
    return new container.Cluster(
      spec.name,
      {
        name: context.prefix,
        location: this.location,
        nodeLocations: this.location === context.region ? [...network.zones] : [],
        network: network.network.id,
        subnetwork: network.api.id,
        networkingMode: "VPC_NATIVE",
        ipAllocationPolicy: { clusterSecondaryRangeName: POD_RANGE, servicesSecondaryRangeName: SERVICE_RANGE },
        privateClusterConfig: {
          enablePrivateNodes: true,
          enablePrivateEndpoint: spec.operatorCidrs.length === 0,
        },
        masterAuthorizedNetworksConfig: {
          cidrBlocks: spec.operatorCidrs.map((cidrBlock) => ({ cidrBlock })),
          gcpPublicCidrsAccessEnabled: false,
        },
        masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
        datapathProvider: "ADVANCED_DATAPATH", // enforces network policies
        enableIntranodeVisibility: true,
        enableShieldedNodes: true,
        workloadIdentityConfig: { workloadPool: pulumi.interpolate`${network.network.project}.svc.id.goog` },
        releaseChannel: { channel: "REGULAR" },
        minMasterVersion: spec.version,
        maintenancePolicy: { dailyMaintenanceWindow: { startTime: MAINTENANCE_START } },
        loggingConfig: {
          enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER"],
        },
        monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: true } },
        ...(context.kmsKey === "" ? {} : { databaseEncryption: { state: "ENCRYPTED", keyName: context.kmsKey } }),
        removeDefaultNodePool: true,
        initialNodeCount: 1,
        nodeConfig: this.nodeConfig(account), // of the default pool, which exists only while the cluster is created
        deletionProtection: false, // it holds no data, and the API may move back to machines
        resourceLabels: labels(context, spec.name),
      },
      {
        parent: this,
        deleteBeforeReplace: true,
        ignoreChanges: ["nodeConfig"], // the default pool no longer exists
        dependsOn: after,
      },
    );
  }

  private nodePool(cluster: container.Cluster, account: serviceaccount.Account): container.NodePool {
    const { spec, network } = this;
    return new container.NodePool(
      spec.name,
      {
        cluster: cluster.id,
        location: this.location,
        nodeLocations: [...network.zones],
        nodeCount: spec.nodes / network.zones.length, // per zone
        management: { autoRepair: true, autoUpgrade: true },
        upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
        networkConfig: { enablePrivateNodes: true },
        nodeConfig: this.nodeConfig(account),
      },
      { parent: this },
    );
  }

  private nodeConfig(account: serviceaccount.Account): NonNullable<container.NodePoolArgs["nodeConfig"]> {
    const { context, spec, network } = this;
    return {
      machineType: spec.machine.name,
      imageType: "COS_CONTAINERD",
      diskSizeGb: NODE_DISK_GIB,
      diskType: DISK_TYPE,
      ...(context.kmsKey === "" ? {} : { bootDiskKmsKey: context.kmsKey }),
      serviceAccount: account.email,
      oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
      shieldedInstanceConfig: { enableSecureBoot: SHIELDED.enableSecureBoot, enableIntegrityMonitoring: true },
      workloadMetadataConfig: { mode: "GKE_METADATA" }, // pods get their own identity, never the node's
      metadata: { "disable-legacy-endpoints": "true", "block-project-ssh-keys": "TRUE" },
      tags: network.tagsOf(["api"]),
      resourceLabels: { ...labels(context, spec.name), service: labelValue(spec.name) },
    };
  }

  /** The nodes' service account: may write logs and metrics and pull images only. */
  private nodeAccount(): { readonly account: serviceaccount.Account; readonly ready: pulumi.Resource[] } {
    const { spec, network } = this;
    const name = `${spec.name}-node`;
    const account = this.account(name);
    const ready = ["roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"].map(
      (role) =>
        new projects.IAMMember(
          `${name}-${role.split("/")[1]!.split(".")[0]!}`,
          { project: network.network.project, role, member: account.member },
          { parent: this },
        ),
    );
    return { account, ready };
  }

  /** The service account of the API's pods: may read their own secrets only. */
  private podIdentity(cluster: container.Cluster): serviceaccount.Account {
    const { spec, network, holdings } = this;
    const name = `${spec.name}-pod`;
    const account = this.account(name);
    const { namespace, name: serviceAccount, secrets } = spec.account;
    new serviceaccount.IAMMember(
      name,
      {
        serviceAccountId: account.name,
        role: "roles/iam.workloadIdentityUser",
        member: pulumi.interpolate`serviceAccount:${network.network.project}.svc.id.goog[${namespace}/${serviceAccount}]`,
      },
      { parent: this, dependsOn: cluster }, // the cluster creates the workload identity pool
    );
    secrets.forEach(
      (secret) =>
        new secretmanager.SecretIamMember(
          `${name}-${secret}`,
          {
            secretId: holdings.secrets.get(secret)!.secret.id,
            role: "roles/secretmanager.secretAccessor",
            member: account.member,
          },
          { parent: this },
        ),
    );
    return account;
  }

  private account(name: string): serviceaccount.Account {
    const { prefix } = this.context;
    return new serviceaccount.Account(
      name,
      { accountId: accountId(`${prefix}-${name}`), displayName: `${prefix}: ${name}` },
      { parent: this, deleteBeforeReplace: true },
    );
  }

  /** The pool's instance groups, one per zone, with the named port that the load balancer uses. */
  private namedPorts(pool: container.NodePool): pulumi.Output<string>[] {
    const { spec, network } = this;
    return network.zones.map((zone) => {
      const port = new compute.InstanceGroupNamedPort(
        `${spec.name}-${zone}`,
        { group: inZone(pool.instanceGroupUrls, zone), zone, name: SERVING_PORT, port: spec.servingPort },
        { parent: this },
      );
      return pulumi.all([inZone(pool.managedInstanceGroupUrls, zone), port.id]).apply(([url]) => url);
    });
  }
}

/** The self link in a zone; Google returns them in no defined order. */
function inZone(urls: pulumi.Output<string[] | undefined>, zone: string): pulumi.Output<string> {
  return urls.apply((all) => all?.find((url) => url.includes(`/zones/${zone}/`)) ?? "");
}
