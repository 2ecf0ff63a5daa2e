import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { kubeconfig } from "../kubeconfig";
import { dependencies } from "../options";
import type { Cluster, ClusterSpec, StackContext } from "../platform";
import type { EncryptionKey } from "./encryption";
import { rootDisk, type AwsBackend } from "./group";
import { secretStatements } from "./identity";
import type { AwsNetwork } from "./network";
import { credits, METADATA } from "./node";
import { tags } from "./tags";

const LOG_DAYS = 365;
/** Disk of a cluster node, GiB: container images, logs and emptyDir volumes. It is deleted with the node. */
const NODE_DISK_GIB = 30;
/** EKS requires subnets in at least two zones. */
const CONTROL_PLANE_ZONES = 2;

/** AWS managed policies of the control plane and of the nodes. */
const CLUSTER_POLICIES = ["AmazonEKSClusterPolicy"];
const NODE_POLICIES = [
  "AmazonEKSWorkerNodePolicy",
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonEKS_CNI_Policy",
  "AmazonSSMManagedInstanceCore", // operators use Session Manager, as on every node
];

/** Add-ons that nodes require to become ready, and add-ons that require nodes. */
const BEFORE_NODES = [
  { name: "vpc-cni", configuration: { enableNetworkPolicy: "true" } },
  { name: "kube-proxy" },
  { name: "eks-pod-identity-agent" },
] as const;
const AFTER_NODES = [{ name: "coredns" }, { name: "metrics-server" }] as const; // the autoscaler reads metrics-server

/** A cluster on EKS: its nodes in the API's private subnets and security group, its control plane private. */
export class AwsCluster extends pulumi.ComponentResource implements Cluster, AwsBackend {
  static readonly __pulumiType = "ape:platform:Cluster";
  readonly resource = this;
  readonly nodes = this;
  readonly kubeconfig: pulumi.Output<string>;
  readonly autoscalingGroupName: pulumi.Output<string>;
  readonly serviceAccountAnnotations = {};

  constructor(
    private readonly context: StackContext,
    private readonly key: EncryptionKey,
    private readonly spec: ClusterSpec,
    private readonly network: AwsNetwork,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(
      AwsCluster.__pulumiType,
      spec.name,
      { version: spec.version, machine: spec.machine.name, nodes: spec.nodes },
      opts,
    );
    const cluster = this.controlPlane([...network.ready, ...dependencies(opts)]);
    const before = BEFORE_NODES.map((addon) => this.addon(cluster, addon, []));
    const nodes = this.nodeGroup(cluster, before);
    AFTER_NODES.forEach((addon) => this.addon(cluster, addon, [nodes]));
    this.podIdentity(cluster);
    this.autoscalingGroupName = nodes.resources[0]!.autoscalingGroups[0]!.name;
    this.kubeconfig = kubeconfig({
      name: cluster.name,
      server: cluster.endpoint,
      certificateAuthority: cluster.certificateAuthority.data,
      command: "aws",
      args: ["eks", "get-token", "--region", context.region, "--cluster-name", cluster.name],
      ready: nodes.id,
    });
    this.registerOutputs({ version: spec.version, machine: spec.machine.name, nodes: spec.nodes });
  }

  private controlPlane(after: pulumi.Resource[]): eks.Cluster {
    const { context, spec, network } = this;
    const name = context.prefix;
    const log = new cloudwatch.LogGroup(
      `${spec.name}-cluster`,
      {
        name: `/aws/eks/${name}/cluster`, // the name that EKS writes to
        retentionInDays: LOG_DAYS,
        tags: tags(context, `${spec.name}-cluster`),
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const { role, ready } = this.role(`${spec.name}-cluster`, "eks.amazonaws.com", CLUSTER_POLICIES);
    const { api, public: open } = network.subnets;
    return new eks.Cluster(
      spec.name,
      {
        name,
        version: spec.version,
        roleArn: role.arn,
        bootstrapSelfManagedAddons: false,
        vpcConfig: {
          subnetIds: [...api, ...open.slice(api.length, CONTROL_PLANE_ZONES)].map((subnet) => subnet.id),
          endpointPrivateAccess: true,
          endpointPublicAccess: spec.operatorCidrs.length > 0,
          ...(spec.operatorCidrs.length > 0 ? { publicAccessCidrs: [...spec.operatorCidrs] } : {}),
        },
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
        encryptionConfig: { provider: { keyArn: this.key.arn }, resources: ["secrets"] },
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        upgradePolicy: { supportType: "STANDARD" }, // extended support costs six times as much per hour
        deletionProtection: false, // it holds no data, and the API may move back to machines
        tags: tags(context, spec.name),
      },
      { parent: this, deleteBeforeReplace: true, dependsOn: [log, ...ready, ...after] },
    );
  }

  private nodeGroup(cluster: eks.Cluster, after: pulumi.Resource[]): eks.NodeGroup {
    const { context, spec, network } = this;
    const { role, ready } = this.role(`${spec.name}-node`, "ec2.amazonaws.com", NODE_POLICIES);
    const nodeTags = tags(context, spec.name, { service: spec.name });
    const template = new ec2.LaunchTemplate(
      spec.name,
      {
        instanceType: spec.machine.name,
        ebsOptimized: "true",
        metadataOptions: METADATA,
        creditSpecification: credits(spec.machine),
        vpcSecurityGroupIds: [...network.groupsOf(["api"]), cluster.vpcConfig.clusterSecurityGroupId],
        blockDeviceMappings: [rootDisk(NODE_DISK_GIB)],
        tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags: nodeTags })),
        updateDefaultVersion: true,
        tags: nodeTags,
      },
      { parent: this },
    );
    return new eks.NodeGroup(
      spec.name,
      {
        clusterName: cluster.name,
        nodeRoleArn: role.arn,
        subnetIds: network.subnets.api.map((subnet) => subnet.id),
        version: spec.version,
        amiType: "AL2023_x86_64_STANDARD",
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        scalingConfig: { minSize: spec.nodes, maxSize: spec.nodes, desiredSize: spec.nodes },
        updateConfig: { maxUnavailable: 1 },
        nodeRepairConfig: { enabled: true },
        tags: nodeTags,
      },
      { parent: this, dependsOn: [...ready, ...after] },
    );
  }

  private addon(
    cluster: eks.Cluster,
    { name, configuration }: { readonly name: string; readonly configuration?: object },
    after: pulumi.Resource[],
  ): eks.Addon {
    return new eks.Addon(
      name,
      {
        clusterName: cluster.name,
        addonName: name,
        ...(configuration === undefined ? {} : { configurationValues: JSON.stringify(configuration) }),
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
        tags: tags(this.context, name),
      },
      { parent: this, dependsOn: after },
    );
  }

  /** Permissions of the API's pods: read their own secrets only. */
  private podIdentity(cluster: eks.Cluster): void {
    const { context, key, spec } = this;
    const name = `${spec.name}-pod`;
    const { role } = this.role(name, "pods.eks.amazonaws.com", []);
    const policy = new iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: secretStatements(context, key.policy, spec.account.secrets),
        }),
      },
      { parent: this },
    );
    new eks.PodIdentityAssociation(
      name,
      {
        clusterName: cluster.name,
        namespace: spec.account.namespace,
        serviceAccount: spec.account.name,
        roleArn: role.arn,
        tags: tags(context, name),
      },
      { parent: this, dependsOn: policy },
    );
  }

  private role(
    name: string,
    service: string,
    policies: readonly string[],
  ): { readonly role: iam.Role; readonly ready: pulumi.Resource[] } {
    const Action = service.startsWith("pods.") ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"];
    const role = new iam.Role(
      name,
      {
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: service }, Action }],
        }),
        tags: tags(this.context, name),
      },
      { parent: this },
    );
    const ready = policies.map(
      (policy) =>
        new iam.RolePolicyAttachment(
          `${name}-${policy}`,
          { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
          { parent: this },
        ),
    );
    return { role, ready };
  }
}
