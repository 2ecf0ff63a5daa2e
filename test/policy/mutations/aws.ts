import { add, change, replan, set, without, type Mutation } from "./mutation";
import { addRule } from "./openings";

const INSTANCE = "aws:ec2/instance:Instance";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const DISK = "aws:ebs/volume:Volume";
const GROUP = "aws:autoscaling/group:Group";
const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const BUCKET = "aws:s3/bucket:Bucket";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2";
const KEY = "aws:kms/key:Key";
const SECRET = "aws:secretsmanager/secret:Secret";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const named =
  (name: string) =>
  (resource: { readonly name: string }): boolean =>
    resource.name === name;
const isBackups = named("backups");
const tls = {
  where: (resource: { readonly inputs: Readonly<Record<string, unknown>> }): boolean =>
    resource.inputs.protocol === "HTTPS",
};
const anyone = (effect: object): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Resource: "arn:aws:s3:::x", ...effect }] });
const trust = (statement: object): string =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity", ...statement }] });
const SECRET_LINE = 'export DB_PASSWORD="correct-Horse-7battery"';
const KEY_ID = ["AKIA", "IOSFODNN7EXAMPLE"].join("");

const isT1 = ({ inputs }: { readonly inputs: Readonly<Record<string, unknown>> }): boolean =>
  (inputs.tags as { readonly Tier?: string } | undefined)?.Tier === "t1";

/** One property broken at a time, on AWS. */
export const AWS_MUTATIONS: readonly Mutation[] = [
  // Machines
  set("aws-instance-imdsv2", INSTANCE, "metadataOptions.httpTokens", "optional"),
  set("aws-instance-imdsv2", INSTANCE, "metadataOptions.httpTokens", undefined),
  set("aws-instance-imdsv2", TEMPLATE, "metadataOptions.httpTokens", "optional"),
  set("aws-instance-hop-limit", INSTANCE, "metadataOptions.httpPutResponseHopLimit", 2),
  set("aws-instance-hop-limit", TEMPLATE, "metadataOptions.httpPutResponseHopLimit", 3),
  set("no-public-address", INSTANCE, "associatePublicIpAddress", true),
  set("no-public-address", INSTANCE, "associatePublicIpAddress", undefined),
  set("no-public-address", TEMPLATE, "networkInterfaces.0.associatePublicIpAddress", "true"),
  set("aws-instance-ebs-optimized", INSTANCE, "ebsOptimized", false),
  set("aws-instance-ebs-optimized", TEMPLATE, "ebsOptimized", undefined),
  set("aws-disk-encrypted", INSTANCE, "rootBlockDevice.encrypted", false),
  set("aws-disk-encrypted", INSTANCE, "rootBlockDevice.encrypted", undefined),
  set("aws-disk-encrypted", TEMPLATE, "blockDeviceMappings.0.ebs.encrypted", "false"),
  set("tier-machine-size", INSTANCE, "instanceType", "t3a.unheard", { where: isT1 }),
  set("tier-boot-disk", INSTANCE, "rootBlockDevice.volumeSize", 33),
  set("tier-boot-disk", TEMPLATE, "blockDeviceMappings.0.ebs.volumeSize", 500),
  set("no-secret-in-user-data", INSTANCE, "userData", `#!/bin/bash\n${SECRET_LINE}\n`),
  set("no-secret-in-user-data", INSTANCE, "userData", `aws configure set aws_access_key_id ${KEY_ID}`),
  set("no-secret-in-user-data", TEMPLATE, "userData", Buffer.from(`#!/bin/bash\n${SECRET_LINE}\n`).toString("base64")),
  set("data-not-spot", INSTANCE, "instanceMarketOptions", { marketType: "spot" }, { reference: true }),
  // Disks
  set("aws-disk-encrypted", DISK, "encrypted", false),
  set("aws-disk-encrypted", DISK, "encrypted", undefined),
  set("aws-disk-own-key", DISK, "kmsKeyId", undefined, { reference: true }),
  change("data-disk-protected", DISK, "not protected", (disk) => ({ ...disk, protect: false })),
  change("data-disk-retained", DISK, "not retained", (disk) => ({ ...disk, retainOnDelete: false })),
  set("tier-data-disks", DISK, "size", 100_000),
  // Scaling group and load balancer
  set("scaling-group-bounds", GROUP, "minSize", 0),
  set("scaling-group-bounds", GROUP, "minSize", undefined),
  set("scaling-group-health", GROUP, "healthCheckType", "EC2"),
  set("scaling-group-health", GROUP, "healthCheckType", undefined),
  set("aws-listener-tls-version", LISTENER, "sslPolicy", "ELBSecurityPolicy-2016-08", tls),
  set("aws-listener-tls-version", LISTENER, "sslPolicy", undefined, tls),
  set("aws-listener-tls", LISTENER, "protocol", "HTTP", tls),
  set("aws-listener-tls", LISTENER, "defaultActions", [{ type: "forward" }], { where: named("api-http") }),
  set("aws-listener-tls", LISTENER, "defaultActions.0.redirect.protocol", "HTTP", { where: named("api-http") }),
  set("aws-load-balancer-logged", BALANCER, "accessLogs.enabled", false),
  set("aws-load-balancer-strict", BALANCER, "dropInvalidHeaderFields", false),
  set("aws-load-balancer-strict", BALANCER, "desyncMitigationMode", "monitor"),
  replan("aws-load-balancer-one-entry", "two public load balancers", (all) => {
    const first = all.find(({ type }) => type === BALANCER);
    return first === undefined ? undefined : [...all, { ...first, urn: `${first.urn}-2`, name: "second" }];
  }),
  set("aws-target-group-checked", "aws:lb/targetGroup:TargetGroup", "protocol", "HTTP"),
  set("aws-target-group-checked", "aws:lb/targetGroup:TargetGroup", "healthCheck", undefined),
  set("aws-target-group-checked", "aws:lb/targetGroup:TargetGroup", "healthCheck.enabled", false),
  change("aws-load-balancer-zones", BALANCER, "one subnet", (balancer) => ({
    ...balancer,
    references: { ...balancer.references, subnets: balancer.references.subnets!.slice(0, 1) },
  })),
  // Buckets
  ...["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map((name) =>
    set("aws-bucket-not-public", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", name, false),
  ),
  without("aws-bucket-not-public", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
  set(
    "aws-bucket-versioned",
    "aws:s3/bucketVersioning:BucketVersioning",
    "versioningConfiguration.status",
    "Suspended",
  ),
  without("aws-bucket-versioned", "aws:s3/bucketVersioning:BucketVersioning"),
  set("aws-bucket-encrypted", ENCRYPTION, "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm", "AES256", {
    where: isBackups,
  }),
  set("aws-bucket-encrypted", ENCRYPTION, "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId", undefined, {
    where: isBackups,
    reference: true,
  }),
  without("aws-bucket-encrypted", ENCRYPTION),
  set("aws-bucket-logged", "aws:s3/bucketLogging:BucketLogging", "bucket", "another", {
    where: isBackups,
    reference: true,
  }),
  set("aws-bucket-lifecycle", LIFECYCLE, "rules.0.abortIncompleteMultipartUpload", undefined),
  set("aws-bucket-lifecycle", LIFECYCLE, "bucket", "another", { where: named("logs"), reference: true }),
  set("aws-bucket-tls-only", POLICY, "policy", anyone({ Principal: "*", Action: "s3:GetObject" })),
  set("aws-bucket-tls-only", POLICY, "policy", anyone({ Principal: { AWS: "*" }, Action: "s3:GetObject" })),
  set(
    "aws-bucket-tls-only",
    POLICY,
    "policy",
    anyone({ Principal: { Service: "logging.s3.amazonaws.com" }, Action: "s3:PutObject" }),
  ),
  without("aws-bucket-tls-only", POLICY),
  set(
    "aws-bucket-owner-enforced",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "rule.objectOwnership",
    "ObjectWriter",
  ),
  without("aws-bucket-owner-enforced", "aws:s3/bucketOwnershipControls:BucketOwnershipControls"),
  set("aws-bucket-no-public-acl", BUCKET, "acl", "public-read"),
  add("aws-bucket-no-public-acl", "aws:s3/bucketAcl:BucketAcl", { bucket: "another", acl: "public-read-write" }),
  // Backups
  set("backup-retention", LIFECYCLE, "rules.0.noncurrentVersionExpiration.noncurrentDays", 29, { where: isBackups }),
  set("backup-objects-live", LIFECYCLE, "rules.0.expiration", { days: 60 }, { where: isBackups }),
  set("backup-bucket-not-forced", BUCKET, "forceDestroy", true, { where: isBackups }),
  change("backup-target", BUCKET, "backups not protected", (bucket) => ({ ...bucket, protect: false }), isBackups),
  change(
    "backup-retention",
    OBJECT,
    "pgBackRest keeps a week",
    (object) => ({
      ...object,
      inputs: {
        ...object.inputs,
        content: String(object.inputs.content).replace(/^(repo1-retention-full)=\d+$/m, "$1=7"),
      },
    }),
    (object) => /^repo1-retention-full=/m.test(String(object.inputs.content)),
  ),
  set("backup-granted", ROLE_POLICY, "policy", JSON.stringify({ Statement: [] }), {
    where: (each) => /^(redis|node)-1$/.test(each.name),
  }),
  add("backup-retention", "aws:backup/plan:Plan", { rules: [{ lifecycle: { deleteAfter: 14 } }] }),
  add("backup-retention", "aws:dlm/lifecyclePolicy:LifecyclePolicy", {
    policyDetails: { schedules: [{ createRule: { interval: 24 }, retainRule: { count: 14 } }] },
  }),
  add("backup-retention", "aws:dlm/lifecyclePolicy:LifecyclePolicy", {
    policyDetails: { schedules: [{ retainRule: { interval: 3, intervalUnit: "WEEKS" } }] },
  }),
  // Network
  ...addRule("no-public-database", 5432, ["0.0.0.0/0"]),
  ...addRule("no-public-database", 6379, ["203.0.113.0/24"]),
  ...addRule("no-public-database", 7687, ["::/0"]),
  ...addRule("no-public-administration", 22, ["0.0.0.0/0"]),
  ...addRule("no-public-administration", 3389, ["128.0.0.0/1"]),
  ...addRule("public-entry-only", 8080, ["0.0.0.0/0"]),
  add("no-egress-to-everywhere", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", {
    ipProtocol: "-1",
    cidrIpv4: "0.0.0.0/0",
    description: "All",
  }),
  add("no-egress-to-everywhere", "aws:ec2/securityGroupRule:SecurityGroupRule", {
    type: "egress",
    protocol: "tcp",
    fromPort: 0,
    toPort: 65_535,
    cidrBlocks: ["0.0.0.0/0"],
    description: "All",
  }),
  set("network-rule-described", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "description", undefined),
  set("network-rule-described", "aws:ec2/securityGroup:SecurityGroup", "description", "Managed by Pulumi"),
  without("aws-default-group-empty", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
  set(
    "aws-default-group-empty",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "ingress",
    [{ protocol: "-1", self: true }],
    { reference: true },
  ),
  add("aws-group-attached", "aws:ec2/securityGroup:SecurityGroup", { description: "Of nothing" }),
  without("aws-flow-log", "aws:ec2/flowLog:FlowLog"),
  set("aws-flow-log", "aws:ec2/flowLog:FlowLog", "trafficType", "ACCEPT"),
  set("aws-subnet-no-public-addresses", "aws:ec2/subnet:Subnet", "mapPublicIpOnLaunch", true),
  change(
    "aws-public-entry-balancer",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "nodes open to the internet",
    (rule) => ({
      ...rule,
      inputs: {
        ...rule.inputs,
        referencedSecurityGroupId: undefined,
        cidrIpv4: "0.0.0.0/0",
        fromPort: 443,
        toPort: 443,
      },
    }),
    (rule) => /^redis-/.test(rule.name) || /redis/.test(String(rule.references.securityGroupId)),
  ),
  // Identity
  set("aws-iam-no-wildcard-action", ROLE_POLICY, "policy", anyone({ Action: "s3:*" }), { where: named("flow-log") }),
  set("aws-iam-no-wildcard-action", ROLE_POLICY, "policy", anyone({ Action: ["*"] }), { where: named("flow-log") }),
  set("aws-iam-no-wildcard-action", ROLE_POLICY, "policy", anyone({ NotAction: "iam:*" }), {
    where: named("flow-log"),
  }),
  set("aws-iam-no-wildcard-resource", ROLE_POLICY, "policy", anyone({ Action: "s3:GetObject", Resource: "*" }), {
    where: named("flow-log"),
  }),
  set(
    "aws-iam-no-wildcard-resource",
    ROLE_POLICY,
    "policy",
    anyone({ Action: "secretsmanager:GetSecretValue", Resource: ["*"] }),
    { where: named("flow-log") },
  ),
  set("aws-iam-no-escalation", ROLE_POLICY, "policy", anyone({ Action: "iam:PassRole", Resource: "*" }), {
    where: named("flow-log"),
  }),
  set("aws-iam-trust-named", "aws:iam/role:Role", "assumeRolePolicy", trust({ Principal: "*" })),
  set("aws-iam-trust-named", "aws:iam/role:Role", "assumeRolePolicy", trust({ Principal: { AWS: "*" } })),
  set(
    "aws-iam-trust-named",
    "aws:iam/role:Role",
    "assumeRolePolicy",
    trust({ Principal: { Federated: "arn:aws:iam::1:oidc-provider/x" } }),
  ),
  add("aws-iam-no-administrator", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
    policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
  }),
  add("aws-iam-no-administrator", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
    policyArn: "arn:aws:iam::aws:policy/IAMFullAccess",
  }),
  add("no-long-lived-keys", "aws:iam/accessKey:AccessKey", { user: "ci" }),
  // Keys and secrets
  set("key-rotated", KEY, "enableKeyRotation", false),
  set("key-rotated", KEY, "enableKeyRotation", undefined),
  set("key-protected", KEY, "deletionWindowInDays", 7),
  set("key-protected", KEY, "isEnabled", false),
  change("key-protected", KEY, "not protected", (key) => ({ ...key, protect: false })),
  set("aws-key-policy-named", KEY, "policy", anyone({ Principal: { AWS: "*" }, Action: "kms:*" })),
  set("aws-secret-own-key", SECRET, "kmsKeyId", undefined, { reference: true }),
  add("aws-secret-own-key", "aws:ssm/parameter:Parameter", { type: "String" }),
  add("secret-rotation-period", "aws:secretsmanager/secretRotation:SecretRotation", {
    rotationRules: { automaticallyAfterDays: 365 },
  }),
  set("aws-secret-recoverable", SECRET, "recoveryWindowInDays", 0, { where: (each) => each.protect }),
  set("no-secret-in-environment", OBJECT, "content", `${SECRET_LINE}\n`, {
    where: (each) => !/repo1-retention/.test(String(each.inputs.content)),
    reference: true,
  }),
  // Logs
  set("aws-log-retention", "aws:cloudwatch/logGroup:LogGroup", "retentionInDays", 364),
  set("aws-log-retention", "aws:cloudwatch/logGroup:LogGroup", "retentionInDays", undefined),
  add("aws-alarm-acts", "aws:cloudwatch/metricAlarm:MetricAlarm", { metricName: "x" }),
  add("aws-alarm-acts", "aws:cloudwatch/metricAlarm:MetricAlarm", { alarmActions: ["arn"], actionsEnabled: false }),
  add("aws-topic-encrypted", "aws:sns/topic:Topic", {}),
  add("aws-backup-vault-own-key", "aws:backup/vault:Vault", {}),
  add("aws-encryption-by-default", "aws:ebs/encryptionByDefault:EncryptionByDefault", { enabled: false }),
  // Labels
  set("labels-complete", INSTANCE, "tags.Owner", undefined),
  set("labels-complete", DISK, "tags.CostCentre", ""),
  set("labels-complete", "aws:ec2/subnet:Subnet", "tags", undefined),
  set("labels-as-configured", INSTANCE, "tags.Tier", "t0"),
  set("labels-as-configured", "aws:ec2/vpc:Vpc", "tags.Owner", "another-team"),
];
