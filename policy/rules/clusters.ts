import { KUBERNETES_VERSIONS } from "../../components/model/kubernetes-versions";
import { AWS_NODE_GROUP, GCP_NODE_POOL } from "../machines";
import { fault, resourceRule, stackRule, unless, type Rule } from "../rule";

export const EKS = "aws:eks/cluster:Cluster";
export const GKE = "gcp:container/cluster:Cluster";

const ANYONE = "0.0.0.0/0";
const EKS_LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

const CONTROL_PLANE = resourceRule({
  name: "cluster-control-plane-private",
  description: "A cluster's control plane is reached from within its network, and from named networks at most.",
  why: "Whoever reaches it may try every hole and every leaked token of it.",
  severity: "high",
  ids: [
    "CKV_AWS_38",
    "CKV_AWS_39",
    "CKV_GCP_18",
    "CKV_GCP_20",
    "EKS.1",
    "AWS-0040",
    "AWS-0041",
    "GCP-0053",
    "GCP-0061",
  ],
  fix: "Set `kubernetesOperatorCidrs` to the networks that Pulumi and its operators run in, or leave it empty.",
  types: [EKS, GKE],
  judge: ({ type, values }) => {
    if (type === EKS) {
      const named = values.strings("vpcConfig.publicAccessCidrs");
      const open =
        values.flag("vpcConfig.endpointPublicAccess") !== false && (named.length === 0 || named.includes(ANYONE));
      return [
        ...unless(!open, "is open to the internet"),
        ...unless(values.flag("vpcConfig.endpointPrivateAccess") === true, "its nodes reach it over the internet"),
      ];
    }
    const named = values.list("masterAuthorizedNetworksConfig.cidrBlocks").map((block) => block.text("cidrBlock"));
    const restricted = values.has("masterAuthorizedNetworksConfig") && !named.includes(ANYONE);
    return unless(restricted, "is open to the internet");
  },
});

const NODES = resourceRule({
  name: "gcp-cluster-nodes-private",
  description: "Nodes of a cluster have no public address, and pods have addresses of the network.",
  why: "What has a public address is tried by everybody.",
  severity: "high",
  ids: ["CKV_GCP_23", "CKV_GCP_25", "CKV_GCP_64", "GCP-0049", "GCP-0059"],
  fix: "Set `privateClusterConfig.enablePrivateNodes` and `networkingMode: VPC_NATIVE`.",
  types: [GKE],
  judge: ({ values }) => [
    ...unless(values.flag("privateClusterConfig.enablePrivateNodes") === true, "its nodes have public addresses"),
    ...unless(values.text("networkingMode") === "VPC_NATIVE", "its pods have routes of their own"),
  ],
});

const VERSION = resourceRule({
  name: "cluster-version-supported",
  description: `A cluster runs one of ${KUBERNETES_VERSIONS.join(", ")}.`,
  why: "Older versions get no fixes, or get them at six times the price.",
  severity: "medium",
  ids: ["CKV_AWS_339", "EKS.2"],
  fix: "Set `kubernetesVersion`; upgrade a cluster by one minor version at a time.",
  types: [EKS, GKE],
  judge: ({ type, values }) => {
    const version = values.text(type === EKS ? "version" : "minMasterVersion") ?? "(not set)";
    const known = KUBERNETES_VERSIONS.some((each) => version === each || version.startsWith(`${each}.`));
    return [
      ...unless(known, `version ${version}`),
      ...unless(
        type !== EKS || values.text("upgradePolicy.supportType") === "STANDARD",
        "stays on a version past its support",
      ),
      ...unless(
        type !== GKE || values.text("releaseChannel.channel") === "REGULAR",
        "is in no release channel, or another than REGULAR",
      ),
    ];
  },
});

const LOGGED = resourceRule({
  name: "cluster-logged",
  description: "A control plane logs who did what.",
  why: "Without it nobody can say who deployed, read or deleted something.",
  severity: "medium",
  ids: ["CKV_AWS_37", "CKV_GCP_1", "EKS.8", "AWS-0038", "GCP-0060"],
  fix: `On EKS enable ${EKS_LOGS.join(", ")}; on GKE SYSTEM_COMPONENTS and APISERVER.`,
  types: [EKS, GKE],
  judge: ({ type, values }) => {
    const wanted = type === EKS ? EKS_LOGS : ["SYSTEM_COMPONENTS", "APISERVER"];
    const enabled = values.strings(type === EKS ? "enabledClusterLogTypes" : "loggingConfig.enableComponents");
    const missing = wanted.filter((log) => !enabled.includes(log));
    return unless(missing.length === 0, `does not log ${missing.join(", ")}`);
  },
});

const SECRETS = resourceRule({
  name: "aws-cluster-secrets-encrypted",
  description: "Secrets of a cluster are encrypted with the stack's key.",
  why: "Whoever gets a copy of the cluster's store reads every password in it otherwise.",
  severity: "high",
  ids: ["CKV_AWS_58", "EKS.3", "AWS-0039"],
  fix: 'Set `encryptionConfig` with the key and `resources: ["secrets"]`.',
  types: [EKS],
  judge: ({ values }) =>
    unless(
      values.has("encryptionConfig.provider") && values.strings("encryptionConfig.resources").includes("secrets"),
      "its secrets are not encrypted with a key of one's own",
    ),
});

const ACCESS = resourceRule({
  name: "cluster-access",
  description:
    "Who may do what in a cluster is the cloud's identities' to say: no passwords, client certificates or old rights.",
  why: "A client certificate can't be taken back, and rights beside the cloud's are seen by nobody who looks there.",
  severity: "high",
  ids: ["CKV_GCP_7", "CKV_GCP_13", "CKV_GCP_69", "GCP-0062", "GCP-0064", "EKS.4"],
  fix: "EKS: `authenticationMode: API`. GKE: no client certificate, no legacy ABAC, a workload pool.",
  types: [EKS, GKE],
  judge: ({ type, values }) =>
    type === EKS
      ? unless(values.text("accessConfig.authenticationMode") === "API", "takes rights from a ConfigMap")
      : [
          ...unless(
            values.flag("masterAuth.clientCertificateConfig.issueClientCertificate") !== true,
            "issues a client certificate",
          ),
          ...unless(values.flag("enableLegacyAbac") !== true, "has legacy rights"),
          ...unless(values.has("workloadIdentityConfig.workloadPool"), "gives pods no identity of their own"),
        ],
});

const ISOLATED = resourceRule({
  name: "gcp-cluster-network-policies",
  description: "A cluster holds its pods to their network policies.",
  why: "Without something that enforces them they are text.",
  severity: "high",
  ids: ["CKV_GCP_12", "GCP-0056"],
  fix: "Set `datapathProvider: ADVANCED_DATAPATH`.",
  types: [GKE],
  judge: ({ values }) =>
    unless(values.text("datapathProvider") === "ADVANCED_DATAPATH", "enforces no network policies"),
});

const POLICIES_ADDON = stackRule({
  name: "aws-cluster-network-policies",
  description: "A cluster holds its pods to their network policies.",
  why: "Without something that enforces them they are text.",
  severity: "high",
  ids: [],
  fix: 'Configure the add-on vpc-cni with `enableNetworkPolicy: "true"`.',
  judge: (stack) => {
    const enforced = stack
      .of("aws:eks/addon:Addon")
      .some(
        ({ values }) =>
          values.text("addonName") === "vpc-cni" &&
          /"enableNetworkPolicy": ?"true"/.test(values.text("configurationValues") ?? ""),
      );
    return enforced ? [] : stack.of(EKS).map((cluster) => fault(cluster, "enforces no network policies"));
  },
});

const NODE_POOL = resourceRule({
  name: "gcp-node-pool-confined",
  description:
    "Nodes of a pool boot signed code, are repaired and upgraded, and show pods nothing of their own identity.",
  why: "A pod that reads its node's token is the node.",
  severity: "high",
  ids: [
    "CKV_GCP_9",
    "CKV_GCP_10",
    "CKV_GCP_22",
    "CKV_GCP_68",
    "CKV_GCP_72",
    "GCP-0048",
    "GCP-0050",
    "GCP-0057",
    "GCP-0058",
    "GCP-0063",
  ],
  fix: "Set an account of one's own, GKE_METADATA, secure boot, autoRepair and autoUpgrade.",
  types: [GCP_NODE_POOL],
  judge: ({ values }) => [
    ...unless(values.has("nodeConfig.serviceAccount"), "its nodes are the project's default account"),
    ...unless(
      values.text("nodeConfig.workloadMetadataConfig.mode") === "GKE_METADATA",
      "pods may read the node's token",
    ),
    ...unless(values.flag("nodeConfig.shieldedInstanceConfig.enableSecureBoot") === true, "boots unsigned code"),
    ...unless(values.flag("management.autoRepair") === true, "is not repaired"),
    ...unless(values.flag("management.autoUpgrade") === true, "is not upgraded"),
  ],
});

const NODE_GROUP = resourceRule({
  name: "aws-node-group-confined",
  description: "Nodes of a group start from the stack's launch template, and nobody logs in with a key.",
  why: "Without it EKS starts machines whose metadata every pod may read.",
  severity: "high",
  ids: ["CKV_AWS_100"],
  fix: "Set `launchTemplate`; leave `remoteAccess` out.",
  types: [AWS_NODE_GROUP],
  judge: ({ values }) => [
    ...unless(values.has("launchTemplate"), "has no launch template"),
    ...unless(!values.has("remoteAccess"), "lets people in with keys"),
  ],
});

/** Clusters of the stack's own. */
export const CLUSTER_RULES: readonly Rule[] = [
  CONTROL_PLANE,
  NODES,
  VERSION,
  LOGGED,
  SECRETS,
  ACCESS,
  ISOLATED,
  POLICIES_ADDON,
  NODE_POOL,
  NODE_GROUP,
];
