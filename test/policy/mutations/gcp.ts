import { add, change, set, type Mutation } from "./mutation";

const INSTANCE = "gcp:compute/instance:Instance";
const TEMPLATE = "gcp:compute/instanceTemplate:InstanceTemplate";
const DISK = "gcp:compute/disk:Disk";
const BUCKET = "gcp:storage/bucket:Bucket";
const SCALER = "gcp:compute/regionAutoscaler:RegionAutoscaler";
const SUBNET = "gcp:compute/subnetwork:Subnetwork";
const SECRET = "gcp:secretmanager/secret:Secret";
const BACKEND = "gcp:compute/backendService:BackendService";
const FIREWALL = "gcp:compute/firewall:Firewall";
const MEMBER = "gcp:projects/iAMMember:IAMMember";
const named =
  (name: string) =>
  (resource: { readonly name: string }): boolean =>
    resource.name === name;
const isBackups = named("backups");
const KEY = "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k";
const withKey = { values: { kmsKey: KEY }, reference: true };
const firewall = { description: "Opened by a test", logConfig: { metadata: "INCLUDE_ALL_METADATA" } };
const SECRET_LINE = 'DB_PASSWORD="correct-Horse-7battery"';

/** One property broken at a time, on Google Cloud. */
export const GCP_MUTATIONS: readonly Mutation[] = [
  // Machines
  set("no-public-address", INSTANCE, "networkInterfaces.0.accessConfigs", [{}], { reference: true }),
  set("no-public-address", INSTANCE, "networkInterfaces.1", { accessConfigs: [{}] }),
  set("no-public-address", TEMPLATE, "networkInterfaces.0.accessConfigs", [{ networkTier: "PREMIUM" }], {
    reference: true,
  }),
  set("machine-own-identity", TEMPLATE, "serviceAccount.email", "1-compute@developer.gserviceaccount.com", {
    reference: true,
  }),
  set("gcp-instance-os-login", INSTANCE, "metadata.enable-oslogin", "FALSE"),
  set("gcp-instance-os-login", INSTANCE, "metadata.enable-oslogin", undefined),
  set("gcp-instance-os-login", INSTANCE, "metadata.block-project-ssh-keys", "FALSE"),
  set("gcp-instance-os-login", INSTANCE, "metadata.serial-port-enable", "TRUE"),
  set("gcp-instance-os-login", TEMPLATE, "metadata.enable-oslogin", undefined),
  set("gcp-instance-no-forwarding", INSTANCE, "canIpForward", true),
  set("gcp-instance-no-forwarding", TEMPLATE, "canIpForward", true),
  ...["enableSecureBoot", "enableVtpm", "enableIntegrityMonitoring"].flatMap((name) => [
    set("gcp-instance-shielded", INSTANCE, `shieldedInstanceConfig.${name}`, false),
    set("gcp-instance-shielded", TEMPLATE, `shieldedInstanceConfig.${name}`, undefined),
  ]),
  set("gcp-machine-restarts", INSTANCE, "scheduling.automaticRestart", false),
  set("gcp-machine-restarts", INSTANCE, "scheduling.onHostMaintenance", "TERMINATE"),
  set("data-not-spot", INSTANCE, "scheduling.provisioningModel", "SPOT"),
  set("data-not-spot", INSTANCE, "scheduling.preemptible", true),
  set("tier-boot-disk", INSTANCE, "bootDisk.initializeParams.size", 100),
  set("tier-boot-disk", TEMPLATE, "disks.0.diskSizeGb", 33),
  set("no-secret-in-user-data", INSTANCE, "metadata.startup-script", `#!/bin/bash\n${SECRET_LINE}\n`),
  set("no-secret-in-user-data", TEMPLATE, "metadata.startup-script", "psql postgresql://ape:Correct-horse7@db/ape"),
  add("gcp-project-os-login", "gcp:compute/projectMetadata:ProjectMetadata", { metadata: {} }),
  // Disks
  change("data-disk-protected", DISK, "not protected", (disk) => ({ ...disk, protect: false })),
  change("data-disk-retained", DISK, "not retained", (disk) => ({ ...disk, retainOnDelete: false })),
  set("tier-data-disks", DISK, "size", 100_000),
  set("gcp-disk-configured-key", DISK, "diskEncryptionKey", undefined, withKey),
  set("gcp-disk-configured-key", INSTANCE, "bootDisk.kmsKeySelfLink", undefined, withKey),
  set("gcp-disk-configured-key", TEMPLATE, "disks.0.diskEncryptionKey", undefined, withKey),
  // Scaling
  set("scaling-group-bounds", SCALER, "autoscalingPolicy.minReplicas", 0),
  set(
    "scaling-group-health",
    "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager",
    "autoHealingPolicies",
    undefined,
    { reference: true },
  ),
  // Buckets and backups
  set("gcp-bucket-not-public", BUCKET, "uniformBucketLevelAccess", false),
  set("gcp-bucket-not-public", BUCKET, "publicAccessPrevention", "inherited"),
  set("gcp-bucket-versioned", BUCKET, "versioning.enabled", false),
  set("gcp-bucket-logged", BUCKET, "logging", undefined, { where: isBackups, reference: true }),
  set("gcp-bucket-configured-key", BUCKET, "encryption", undefined, withKey),
  set("backup-retention", BUCKET, "lifecycleRules.0.condition.daysSinceNoncurrentTime", 29, { where: isBackups }),
  set(
    "backup-objects-live",
    BUCKET,
    "lifecycleRules.2",
    { action: { type: "Delete" }, condition: { age: 60 } },
    { where: isBackups },
  ),
  set("backup-bucket-not-forced", BUCKET, "forceDestroy", true, { where: isBackups }),
  change("backup-target", BUCKET, "backups not protected", (bucket) => ({ ...bucket, protect: false }), isBackups),
  add("backup-retention", "gcp:compute/resourcePolicy:ResourcePolicy", {
    snapshotSchedulePolicy: { retentionPolicy: { maxRetentionDays: 7 } },
  }),
  change(
    "backup-granted",
    "gcp:storage/bucketIAMMember:BucketIAMMember",
    "only reads",
    (member) => ({ ...member, inputs: { ...member.inputs, role: "roles/storage.objectViewer" } }),
    (member) => /^redis-1-backups-(?!list)/.test(member.name),
  ),
  // Network
  add("no-public-database", FIREWALL, {
    ...firewall,
    allows: [{ protocol: "tcp", ports: ["5000-5900"] }],
    sourceRanges: ["0.0.0.0/0"],
  }),
  add("no-public-database", FIREWALL, { ...firewall, allows: [{ protocol: "tcp", ports: ["6432"] }] }),
  add("public-entry-only", FIREWALL, {
    ...firewall,
    allows: [{ protocol: "udp", ports: ["53"] }],
    sourceRanges: ["0.0.0.0/0"],
  }),
  add("no-egress-to-everywhere", FIREWALL, {
    ...firewall,
    direction: "EGRESS",
    allows: [{ protocol: "all" }],
    destinationRanges: ["0.0.0.0/0"],
  }),
  set("network-rule-described", FIREWALL, "description", undefined),
  set("gcp-firewall-logged", FIREWALL, "logConfig", undefined, { reference: true }),
  set("gcp-subnet-logged-private", SUBNET, "logConfig", undefined, { reference: true }),
  set("gcp-subnet-logged-private", SUBNET, "privateIpGoogleAccess", false),
  set("gcp-network-own-subnets", "gcp:compute/network:Network", "autoCreateSubnetworks", true),
  set("gcp-network-own-subnets", "gcp:compute/network:Network", "autoCreateSubnetworks", undefined),
  add("gcp-dns-signed", "gcp:dns/managedZone:ManagedZone", { dnsName: "example.com." }),
  add("gcp-dns-signed", "gcp:dns/managedZone:ManagedZone", {
    dnssecConfig: { state: "on", defaultKeySpecs: [{ algorithm: "rsasha1" }] },
  }),
  // Identity
  add("gcp-no-public-grant", "gcp:storage/bucketIAMMember:BucketIAMMember", {
    member: "allUsers",
    role: "roles/storage.objectViewer",
  }),
  add("gcp-no-public-grant", "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", { member: "allAuthenticatedUsers" }),
  add("gcp-no-public-grant", "gcp:storage/bucketIAMBinding:BucketIAMBinding", { members: ["allUsers"] }),
  add("gcp-no-project-administrator", MEMBER, { role: "roles/owner", member: "user:a@example.com" }),
  add("gcp-no-project-administrator", MEMBER, { role: "roles/editor", member: "user:a@example.com" }),
  add("gcp-no-project-administrator", MEMBER, { role: "roles/storage.admin", member: "user:a@example.com" }),
  add("gcp-no-project-impersonation", MEMBER, {
    role: "roles/iam.serviceAccountTokenCreator",
    member: "user:a@example.com",
  }),
  add("no-long-lived-keys", "gcp:serviceaccount/key:Key", {}),
  // Keys and secrets
  add("key-rotated", "gcp:kms/cryptoKey:CryptoKey", { rotationPeriod: "7776001s" }, { protect: true }),
  add("key-rotated", "gcp:kms/cryptoKey:CryptoKey", {}, { protect: true }),
  add("key-protected", "gcp:kms/cryptoKey:CryptoKey", { rotationPeriod: "7776000s" }),
  set("secret-rotation-period", SECRET, "rotation", { rotationPeriod: "9999999s" }),
  set(
    "gcp-secret-configured-key",
    SECRET,
    "replication.userManaged.replicas.0.customerManagedEncryption",
    undefined,
    withKey,
  ),
  set("no-secret-in-environment", "gcp:storage/bucketObject:BucketObject", "content", SECRET_LINE, {
    where: (each) => !/repo1-retention/.test(String(each.inputs.content)),
    reference: true,
  }),
  // Load balancer
  set("gcp-tls-version", "gcp:compute/sSLPolicy:SSLPolicy", "minTlsVersion", "TLS_1_0"),
  set("gcp-tls-version", "gcp:compute/sSLPolicy:SSLPolicy", "profile", "COMPATIBLE"),
  set("gcp-proxy-tls-policy", "gcp:compute/targetHttpsProxy:TargetHttpsProxy", "sslPolicy", undefined, {
    reference: true,
  }),
  set("gcp-http-redirects", "gcp:compute/uRLMap:URLMap", "defaultUrlRedirect", undefined, { where: named("api-http") }),
  set("gcp-http-redirects", "gcp:compute/uRLMap:URLMap", "defaultUrlRedirect.httpsRedirect", false, {
    where: named("api-http"),
  }),
  set("gcp-backend-logged", BACKEND, "logConfig.enable", false),
  set("gcp-backend-logged", BACKEND, "protocol", "HTTP"),
  set("gcp-backend-logged", BACKEND, "healthChecks", undefined, { reference: true }),
  // Labels
  set("labels-complete", INSTANCE, "labels.owner", undefined),
  set("labels-complete", BUCKET, "labels.cost-centre", ""),
  set("labels-as-configured", DISK, "labels.tier", "t0"),
];
