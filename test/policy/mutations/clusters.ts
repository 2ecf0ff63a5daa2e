import { change, set, type Mutation } from "./mutation";

const EKS = "aws:eks/cluster:Cluster";
const GKE = "gcp:container/cluster:Cluster";
const GROUP = "aws:eks/nodeGroup:NodeGroup";
const POOL = "gcp:container/nodePool:NodePool";
const ADDON = "aws:eks/addon:Addon";
const isNetwork = ({ name }: { readonly name: string }): boolean => name === "vpc-cni";
const reference = { reference: true };

/** One property broken at a time, of clusters that the stack creates. */
export const CLUSTER_MUTATIONS: readonly Mutation[] = [
  change("cluster-control-plane-private", EKS, "open to the internet", (cluster) => ({
    ...cluster,
    inputs: {
      ...cluster.inputs,
      vpcConfig: {
        ...(cluster.inputs.vpcConfig as object),
        endpointPublicAccess: true,
        publicAccessCidrs: ["0.0.0.0/0"],
      },
    },
  })),
  set("cluster-control-plane-private", EKS, "vpcConfig.endpointPublicAccess", true),
  set("cluster-control-plane-private", EKS, "vpcConfig.endpointPrivateAccess", false),
  set("cluster-control-plane-private", GKE, "masterAuthorizedNetworksConfig", undefined, reference),
  set("cluster-control-plane-private", GKE, "masterAuthorizedNetworksConfig.cidrBlocks", [{ cidrBlock: "0.0.0.0/0" }]),
  set("gcp-cluster-nodes-private", GKE, "privateClusterConfig.enablePrivateNodes", false),
  set("gcp-cluster-nodes-private", GKE, "networkingMode", "ROUTES"),
  set("cluster-version-supported", EKS, "version", "1.30"),
  set("cluster-version-supported", EKS, "upgradePolicy.supportType", "EXTENDED"),
  set("cluster-version-supported", GKE, "minMasterVersion", "1.30.5"),
  set("cluster-version-supported", GKE, "releaseChannel.channel", "RAPID"),
  set("cluster-logged", EKS, "enabledClusterLogTypes", ["api"]),
  set("cluster-logged", GKE, "loggingConfig.enableComponents", ["SYSTEM_COMPONENTS"]),
  set("aws-cluster-secrets-encrypted", EKS, "encryptionConfig", undefined),
  set("aws-cluster-secrets-encrypted", EKS, "encryptionConfig.resources", []),
  set("cluster-access", EKS, "accessConfig.authenticationMode", "API_AND_CONFIG_MAP"),
  set("cluster-access", GKE, "masterAuth.clientCertificateConfig.issueClientCertificate", true),
  set("cluster-access", GKE, "enableLegacyAbac", true),
  set("cluster-access", GKE, "workloadIdentityConfig", undefined, reference),
  set("gcp-cluster-network-policies", GKE, "datapathProvider", "LEGACY_DATAPATH"),
  set("aws-cluster-network-policies", ADDON, "configurationValues", undefined, { where: isNetwork }),
  set("aws-cluster-network-policies", ADDON, "configurationValues", '{"enableNetworkPolicy":"false"}', {
    where: isNetwork,
  }),
  set("gcp-node-pool-confined", POOL, "nodeConfig.serviceAccount", undefined, reference),
  set("gcp-node-pool-confined", POOL, "nodeConfig.workloadMetadataConfig.mode", "GCE_METADATA"),
  set("gcp-node-pool-confined", POOL, "nodeConfig.shieldedInstanceConfig.enableSecureBoot", false),
  set("gcp-node-pool-confined", POOL, "management.autoRepair", false),
  set("gcp-node-pool-confined", POOL, "management.autoUpgrade", false),
  set("aws-node-group-confined", GROUP, "remoteAccess", { ec2SshKey: "key" }, reference),
  set("labels-complete", EKS, "tags.Tier", undefined),
  set("labels-complete", GKE, "resourceLabels.tier", undefined),
  set("labels-complete", POOL, "nodeConfig.resourceLabels.tier", undefined),
];
