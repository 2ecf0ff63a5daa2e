/** Resources that the program makes none of, as they should be. */
export const PASSING: readonly {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly protect?: boolean;
}[] = [
  { type: "aws:ssm/parameter:Parameter", inputs: { type: "SecureString", keyId: "alias/ape-test" } },
  {
    type: "aws:secretsmanager/secretRotation:SecretRotation",
    inputs: { rotationRules: { automaticallyAfterDays: 90 } },
  },
  { type: "aws:cloudwatch/metricAlarm:MetricAlarm", inputs: { alarmActions: ["arn:aws:sns:us-east-1:1:alarms"] } },
  { type: "aws:sns/topic:Topic", inputs: { kmsMasterKeyId: "alias/ape-test" } },
  { type: "aws:backup/vault:Vault", inputs: { kmsKeyArn: "arn:aws:kms:us-east-1:1:key/1" } },
  { type: "aws:backup/plan:Plan", inputs: { rules: [{ lifecycle: { deleteAfter: 30 } }] } },
  { type: "aws:ebs/encryptionByDefault:EncryptionByDefault", inputs: { enabled: true } },
  { type: "aws:s3/bucketAcl:BucketAcl", inputs: { bucket: "another", acl: "private" } },
  {
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    inputs: { policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
  },
  {
    type: "gcp:kms/cryptoKey:CryptoKey",
    inputs: {
      rotationPeriod: "7776000s",
      labels: {
        project: "ape",
        environment: "test",
        tier: "t1",
        owner: "platform",
        "cost-centre": "ape",
        "managed-by": "pulumi",
      },
    },
    protect: true,
  },
  {
    type: "gcp:dns/managedZone:ManagedZone",
    inputs: { dnssecConfig: { state: "on", defaultKeySpecs: [{ algorithm: "ecdsap256sha256" }] } },
  },
  {
    type: "gcp:projects/iAMMember:IAMMember",
    inputs: { role: "roles/logging.logWriter", member: "serviceAccount:a@p.iam.gserviceaccount.com" },
  },
  { type: "gcp:compute/projectMetadata:ProjectMetadata", inputs: { metadata: { "enable-oslogin": "TRUE" } } },
  {
    type: "gcp:compute/resourcePolicy:ResourcePolicy",
    inputs: { snapshotSchedulePolicy: { retentionPolicy: { maxRetentionDays: 30 } } },
  },
];
