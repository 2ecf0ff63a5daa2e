import type { Kind, Kinds } from "../kind";

const text = (value: unknown): string => value as string;

/** A type of which a change of these inputs replaces the resource. Source: the provider's schema. */
function replacedBy(...inputs: readonly string[]): Kind {
  return { replacedBy: inputs };
}

/** A type whose resources may not be deleted while others of these types refer to them. */
function held(kind: Kind, ...types: readonly string[]): Kind {
  return { ...kind, heldBy: { types, error: "resourceInUseByAnotherResource: The resource is already being used" } };
}

const INSTANCE = "gcp:compute/instance:Instance";
const SUBNETWORK = "gcp:compute/subnetwork:Subnetwork";
const TEMPLATE = "gcp:compute/instanceTemplate:InstanceTemplate";
const MANAGER = "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager";
const BACKEND = "gcp:compute/backendService:BackendService";
const HTTPS_PROXY = "gcp:compute/targetHttpsProxy:TargetHttpsProxy";

const NETWORK: Kinds = {
  "gcp:compute/network:Network": held(
    replacedBy("name", "autoCreateSubnetworks", "description"),
    ...[SUBNETWORK, "gcp:compute/firewall:Firewall", "gcp:compute/router:Router"],
  ),
  [SUBNETWORK]: held(replacedBy("name", "region", "network", "ipCidrRange"), INSTANCE, TEMPLATE),
  "gcp:compute/router:Router": replacedBy("name", "region", "network"),
  "gcp:compute/routerNat:RouterNat": replacedBy("name", "router", "region"),
  "gcp:compute/firewall:Firewall": replacedBy("name", "network", "direction"),
};

const IDENTITY: Kinds = {
  "gcp:serviceaccount/account:Account": {
    replacedBy: ["accountId", "project"],
    uniqueName: ({ accountId }) => text(accountId),
  },
  "gcp:serviceaccount/iAMMember:IAMMember": replacedBy("serviceAccountId", "role", "member", "condition"),
  "gcp:projects/iAMMember:IAMMember": replacedBy("project", "role", "member", "condition"),
  "gcp:secretmanager/secretIamMember:SecretIamMember": replacedBy("secretId", "role", "member", "condition"),
  "gcp:storage/bucketIAMMember:BucketIAMMember": replacedBy("bucket", "role", "member", "condition"),
};

const GROUPS: Kinds = {
  [TEMPLATE]: held(
    replacedBy(
      ...["name", "machineType", "region", "disks", "networkInterfaces", "serviceAccount", "metadata", "scheduling"],
      ...["tags", "labels", "canIpForward", "shieldedInstanceConfig"],
    ),
    MANAGER,
  ),
  [MANAGER]: held(
    replacedBy("name", "region", "distributionPolicyZones"),
    "gcp:compute/regionAutoscaler:RegionAutoscaler",
  ),
  "gcp:compute/regionAutoscaler:RegionAutoscaler": replacedBy("name", "region"),
  "gcp:compute/instanceGroup:InstanceGroup": held(replacedBy("name", "zone", "network"), BACKEND),
  "gcp:compute/instanceGroupNamedPort:InstanceGroupNamedPort": replacedBy("group", "name", "port", "zone"),
};

const BALANCER: Kinds = {
  "gcp:compute/healthCheck:HealthCheck": held(replacedBy("name"), BACKEND, MANAGER),
  [BACKEND]: held(replacedBy("name", "loadBalancingScheme"), "gcp:compute/uRLMap:URLMap"),
  "gcp:compute/uRLMap:URLMap": held(replacedBy("name"), HTTPS_PROXY, "gcp:compute/targetHttpProxy:TargetHttpProxy"),
  [HTTPS_PROXY]: held(replacedBy("name"), "gcp:compute/globalForwardingRule:GlobalForwardingRule"),
  "gcp:compute/targetHttpProxy:TargetHttpProxy": held(
    replacedBy("name"),
    "gcp:compute/globalForwardingRule:GlobalForwardingRule",
  ),
  "gcp:compute/globalForwardingRule:GlobalForwardingRule": replacedBy(
    ...["name", "ipAddress", "ipProtocol", "portRange", "loadBalancingScheme"],
  ),
  "gcp:compute/globalAddress:GlobalAddress": held(
    replacedBy("name", "address", "addressType", "ipVersion"),
    "gcp:compute/globalForwardingRule:GlobalForwardingRule",
  ),
  "gcp:compute/sSLCertificate:SSLCertificate": held(replacedBy("name", "certificate", "privateKey"), HTTPS_PROXY),
  "gcp:compute/managedSslCertificate:ManagedSslCertificate": held(replacedBy("name", "managed"), HTTPS_PROXY),
  "gcp:compute/sSLPolicy:SSLPolicy": held(replacedBy("name"), HTTPS_PROXY),
  "gcp:compute/securityPolicy:SecurityPolicy": held(replacedBy("name"), BACKEND),
  "gcp:dns/recordSet:RecordSet": replacedBy("managedZone", "name"),
};

const CLUSTER: Kinds = {
  "gcp:container/cluster:Cluster": {
    replacedBy: ["name", "location", "network", "subnetwork", "privateClusterConfig"],
    uniqueName: ({ name }) => text(name),
    refusesDelete: ({ inputs }) =>
      inputs.deletionProtection === false
        ? undefined
        : "Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion.",
  },
  "gcp:container/nodePool:NodePool": replacedBy("name", "cluster", "location"),
};

/** Google Cloud's resources that have no machine behind them, except storage. */
export const GCP_RECORDS: Kinds = { ...NETWORK, ...IDENTITY, ...GROUPS, ...BALANCER, ...CLUSTER };
