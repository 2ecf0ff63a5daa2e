import { KUBERNETES_VERSIONS } from "../../components/model/kubernetes-versions";
import { AWS_NODE_GROUP, GCP_NODE_POOL } from "../machines";
import { fault, resourceRule, stackRule, unless, type Rule } from "../rule";

export const EKS = "aws:eks/cluster:Cluster";
export const GKE = "gcp:container/cluster:Cluster";

const ANYONE = "0.0.0.0/0";
const EKS_LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

const CONTROL_PLANE = resourceRule({
  name: "cluster-control-plane-private",
  description: "A cluster's control plane is reachable from its own network and, at most, from named networks.",
  why: "A publicly reachable control plane can be attacked with every vulnerability and leaked token.",
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
        ...unless(values.flag("vpcConfig.endpointPrivateAccess") === true, "its nodes connect to it over the internet"),
      ];
    }
    const named = values.list("masterAuthorizedNetworksConfig.cidrBlocks").map((block) => block.text("cidrBlock"));
    const restricted = values.has("masterAuthorizedNetworksConfig") && !named.includes(ANYONE);
    return unless(restricted, "is open to the internet");
  },
});

const NODES = resourceRule({
  name: "gcp-cluster-nodes-private",
  description: "Cluster nodes have no public address, and the cluster is VPC-native.",
  why: "Public addresses are scanned and attacked continuously.",
  severity: "high",
  ids: ["CKV_GCP_23", "CKV_GCP_25", "CKV_GCP_64", "GCP-0049", "GCP-0059"],
  fix: "Set `privateClusterConfig.enablePrivateNodes` and `networkingMode: VPC_NATIVE`.",
  types: [GKE],
  judge: ({ values }) => [
    ...unless(values.flag("privateClusterConfig.enablePrivateNodes") === true, "its nodes have public addresses"),
    ...unless(values.text("networkingMode") === "VPC_NATIVE", "it is not VPC-native"),
  ],
});

const VERSION = resourceRule({
  name: "cluster-version-supported",
  description: `A cluster runs one of ${KUBERNETES_VERSIONS.join(", ")}.`,
  why: "Older versions receive no fixes, or only with extended support at six times the price.",
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
        "stays on a version past standard support",
      ),
      ...unless(
        type !== GKE || values.text("releaseChannel.channel") === "REGULAR",
        "is not in the release channel REGULAR",
      ),
    ];
  },
});

const LOGGED = resourceRule({
  name: "cluster-logged",
  description: "A control plane writes audit and API logs.",
  why: "Without them it can't be established who deployed, read or deleted an object.",
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
  description: "Kubernetes Secrets are encrypted with the stack's key.",
  why: "Otherwise anyone with a copy of the cluster's etcd can read every password in it.",
  severity: "high",
  ids: ["CKV_AWS_58", "EKS.3", "AWS-0039"],
  fix: 'Set `encryptionConfig` with the key and `resources: ["secrets"]`.',
  types: [EKS],
  judge: ({ values }) =>
    unless(
      values.has("encryptionConfig.provider") && values.strings("encryptionConfig.resources").includes("secrets"),
      "its Secrets are not encrypted with a customer-managed key",
    ),
});

const ACCESS = resourceRule({
  name: "cluster-access",
  description:
    "Access to a cluster is granted to cloud identities only: no client certificates, no legacy authorization.",
  why: "A client certificate can't be revoked, and permissions outside the cloud's IAM don't show up in its audits.",
  severity: "high",
  ids: ["CKV_GCP_7", "CKV_GCP_13", "CKV_GCP_69", "GCP-0062", "GCP-0064", "EKS.4"],
  fix: "EKS: `authenticationMode: API`. GKE: no client certificate, no legacy ABAC, a workload pool.",
  types: [EKS, GKE],
  judge: ({ type, values }) =>
    type === EKS
      ? unless(values.text("accessConfig.authenticationMode") === "API", "accepts access entries from a ConfigMap")
      : [
          ...unless(
            values.flag("masterAuth.clientCertificateConfig.issueClientCertificate") !== true,
            "issues a client certificate",
          ),
          ...unless(values.flag("enableLegacyAbac") !== true, "has legacy ABAC on"),
          ...unless(values.has("workloadIdentityConfig.workloadPool"), "has no workload identity"),
        ],
});

const ISOLATED = resourceRule({
  name: "gcp-cluster-network-policies",
  description: "A cluster enforces network policies.",
  why: "Without an enforcing data plane, NetworkPolicies have no effect.",
  severity: "high",
  ids: ["CKV_GCP_12", "GCP-0056"],
  fix: "Set `datapathProvider: ADVANCED_DATAPATH`.",
  types: [GKE],
  judge: ({ values }) =>
    unless(values.text("datapathProvider") === "ADVANCED_DATAPATH", "does not enforce network policies"),
});

const POLICIES_ADDON = stackRule({
  name: "aws-cluster-network-policies",
  description: "A cluster enforces network policies.",
  why: "Without an enforcing data plane, NetworkPolicies have no effect.",
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
    return enforced ? [] : stack.of(EKS).map((cluster) => fault(cluster, "does not enforce network policies"));
  },
});

const NODE_POOL = resourceRule({
  name: "gcp-node-pool-confined",
  description:
    "Nodes of a pool use Secure Boot, are repaired and upgraded automatically, and hide their identity from pods.",
  why: "A pod that can read its node's token can act as the node.",
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
  fix: "Set a dedicated service account, GKE_METADATA, Secure Boot, autoRepair and autoUpgrade.",
  types: [GCP_NODE_POOL],
  judge: ({ values }) => [
    ...unless(values.has("nodeConfig.serviceAccount"), "its nodes run as the project's default service account"),
    ...unless(
      values.text("nodeConfig.workloadMetadataConfig.mode") === "GKE_METADATA",
      "pods may read the node's token",
    ),
    ...unless(values.flag("nodeConfig.shieldedInstanceConfig.enableSecureBoot") === true, "Secure Boot is off"),
    ...unless(values.flag("management.autoRepair") === true, "is not repaired automatically"),
    ...unless(values.flag("management.autoUpgrade") === true, "is not upgraded automatically"),
  ],
});

const NODE_GROUP = resourceRule({
  name: "aws-node-group-confined",
  description: "Nodes of a group use the stack's launch template and have no SSH key.",
  why: "EKS' default template lets every pod read the node's metadata.",
  severity: "high",
  ids: ["CKV_AWS_100"],
  fix: "Set `launchTemplate`; omit `remoteAccess`.",
  types: [AWS_NODE_GROUP],
  judge: ({ values }) => [
    ...unless(values.has("launchTemplate"), "has no launch template"),
    ...unless(!values.has("remoteAccess"), "allows SSH with a key"),
  ],
});

/** Rules on Kubernetes clusters that the stack creates. */
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
