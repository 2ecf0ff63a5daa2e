import { fault, resourceRule, stackRule, unless, type PolicyFault, type Rule } from "../rule";
import type { StackResource, StackView } from "../subject";
import type { ResourceValues } from "../values";
import { statementsOf } from "../iam";

const BUCKET = "aws:s3/bucket:Bucket";
const GCP_BUCKET = "gcp:storage/bucket:Bucket";
const FIX_EACH =
  "Add the corresponding resource for the bucket: AWS configures this setting separately from the bucket.";

/** A rule that requires, for each bucket, a settings resource of some type with some content. */
function perBucket(
  rule: Omit<Parameters<typeof stackRule>[0], "judge"> & {
    readonly setting: string;
    readonly missing: string;
    readonly holds: (values: ResourceValues, stack: StackView, bucket: StackResource) => boolean;
    readonly wrong: string;
    readonly exempt?: (stack: StackView, bucket: StackResource) => boolean;
  },
): Rule {
  const { setting, missing, holds, wrong, exempt = (): boolean => false, ...described } = rule;
  return stackRule({
    ...described,
    judge: (stack) =>
      stack.of(BUCKET).flatMap((bucket): PolicyFault[] => {
        if (exempt(stack, bucket)) {
          return [];
        }
        const settings = stack.referring(setting, "bucket", bucket, bucket.values.text("bucket"));
        if (settings.length === 0) {
          return [fault(bucket, missing)];
        }
        return settings.filter(({ values }) => !holds(values, stack, bucket)).map((each) => fault(each, wrong));
      }),
  });
}

/** Whether a bucket receives access logs: AWS load balancers can't write with a customer-managed key, and a log bucket does not log itself. */
function holdsLogs(stack: StackView, bucket: StackResource): boolean {
  const name = bucket.values.text("bucket") ?? "";
  return (
    stack.referring("aws:s3/bucketLogging:BucketLogging", "targetBucket", bucket, name).length > 0 ||
    stack.of("aws:lb/loadBalancer:LoadBalancer").some(({ values }) => values.text("accessLogs.bucket") === name)
  );
}

const PUBLIC_BLOCK = perBucket({
  name: "aws-bucket-not-public",
  description: "Each bucket has all four public access blocks.",
  why: "Without them, one wrong bucket policy or object ACL makes backups public.",
  severity: "critical",
  ids: [
    "CKV2_AWS_6",
    "CKV_AWS_53",
    "CKV_AWS_54",
    "CKV_AWS_55",
    "CKV_AWS_56",
    "AWS-0086",
    "AWS-0087",
    "AWS-0091",
    "AWS-0093",
    "AWS-0094",
    "S3.8",
  ],
  fix: FIX_EACH,
  setting: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  missing: "has no public access block",
  holds: (values) =>
    ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].every(
      (name) => values.flag(name) === true,
    ),
  wrong: "not all four public access blocks are on",
});

const VERSIONED = perBucket({
  name: "aws-bucket-versioned",
  description: "Each bucket is versioned.",
  why: "Versioning is the only way to recover from an attacker who overwrites the backups.",
  severity: "high",
  ids: ["CKV_AWS_21", "AWS-0090"],
  fix: FIX_EACH,
  setting: "aws:s3/bucketVersioning:BucketVersioning",
  missing: "is not versioned",
  holds: (values) => values.text("versioningConfiguration.status") === "Enabled",
  wrong: "versioning is not enabled",
});

const ENCRYPTED = perBucket({
  name: "aws-bucket-encrypted",
  description: "Each bucket is encrypted with a customer-managed key; a log bucket at least with AWS' key.",
  why: "Reading a backup then also requires the key, whose use is logged. Load balancers can't write to a bucket with a customer-managed key.",
  severity: "high",
  ids: ["CKV_AWS_145", "CKV_AWS_19", "AWS-0132"],
  fix: FIX_EACH,
  setting: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  missing: "has no encryption configuration",
  holds: (values, stack, bucket) =>
    values.list("rules").every((rule) => {
      const algorithm = rule.text("applyServerSideEncryptionByDefault.sseAlgorithm");
      return (
        (algorithm === "aws:kms" && rule.has("applyServerSideEncryptionByDefault.kmsMasterKeyId")) ||
        (algorithm !== undefined && holdsLogs(stack, bucket))
      );
    }),
  wrong: "is not encrypted with a customer-managed key",
});

const LOGGED = perBucket({
  name: "aws-bucket-logged",
  description: "Each bucket writes access logs, except the log bucket.",
  why: "After a leak, access logs show what was read.",
  severity: "medium",
  ids: ["CKV_AWS_18", "AWS-0089", "S3.9"],
  fix: FIX_EACH,
  setting: "aws:s3/bucketLogging:BucketLogging",
  missing: "writes no access logs",
  holds: (values) => values.has("targetBucket"),
  wrong: "names no bucket for access logs",
  exempt: holdsLogs,
});

const LIFECYCLE = perBucket({
  name: "aws-bucket-lifecycle",
  description: "Each bucket aborts incomplete multipart uploads.",
  why: "Incomplete uploads are invisible in listings and billed until they are aborted.",
  severity: "low",
  ids: ["CKV2_AWS_61", "CKV_AWS_300", "S3.13"],
  fix: FIX_EACH,
  setting: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  missing: "has no lifecycle configuration",
  holds: (values) =>
    values
      .list("rules")
      .every((rule) => rule.number("abortIncompleteMultipartUpload.daysAfterInitiation") !== undefined),
  wrong: "keeps incomplete multipart uploads",
});

const TLS = perBucket({
  name: "aws-bucket-tls-only",
  description: "Each bucket's policy denies requests without TLS and allows no public principal.",
  why: "Otherwise a misconfigured client can send backups unencrypted.",
  severity: "high",
  ids: ["CKV_AWS_70", "CKV_AWS_93", "S3.2", "S3.3", "S3.5", "CIS AWS 3.1.1"],
  fix: "Add a bucket policy that denies s3:* where aws:SecureTransport is false, and has no Allow for principal *.",
  setting: "aws:s3/bucketPolicy:BucketPolicy",
  missing: "accepts requests without TLS",
  holds: (values) => {
    const statements = statementsOf(values, "policy");
    const denies = statements.some(
      ({ effect, principals, condition }) =>
        effect === "Deny" && principals.includes("*") && condition.includes('"aws:SecureTransport":"false"'),
    );
    return denies && !statements.some(({ effect, principals }) => effect === "Allow" && principals.includes("*"));
  },
  wrong: "accepts requests without TLS, or allows access to everyone",
});

const OWNERSHIP = perBucket({
  name: "aws-bucket-owner-enforced",
  description: "Buckets have ACLs disabled: the bucket owner owns every object.",
  why: "Otherwise the bucket owner can't read objects that another account wrote, and an ACL can make a single object public.",
  severity: "medium",
  ids: ["CKV_AWS_20", "CKV_AWS_57", "S3.12"],
  fix: FIX_EACH,
  setting: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  missing: "has ACLs enabled",
  holds: (values) => values.text("rule.objectOwnership") === "BucketOwnerEnforced",
  wrong: "has ACLs enabled",
});

const PUBLIC_ACL = resourceRule({
  name: "aws-bucket-no-public-acl",
  description: "No ACL makes a bucket public.",
  why: "Public buckets are scanned for and read continuously.",
  severity: "critical",
  ids: ["CKV_AWS_20", "CKV_AWS_57"],
  fix: "Remove the ACL.",
  types: [BUCKET, "aws:s3/bucketAcl:BucketAcl"],
  judge: ({ values }) =>
    unless(!/^(public|authenticated)-/.test(values.text("acl") ?? ""), `ACL ${values.text("acl")}`),
});

const GCP_PRIVATE = resourceRule({
  name: "gcp-bucket-not-public",
  description: "Buckets enforce public access prevention and have ACLs disabled.",
  why: "Otherwise one wrong grant makes backups public.",
  severity: "critical",
  ids: ["CKV_GCP_29", "CKV_GCP_114", "GCP-0002", "CIS GCP 5.2"],
  fix: 'Set `uniformBucketLevelAccess: true` and `publicAccessPrevention: "enforced"`.',
  types: [GCP_BUCKET],
  judge: ({ values }) => [
    ...unless(values.flag("uniformBucketLevelAccess") === true, "has ACLs enabled"),
    ...unless(values.text("publicAccessPrevention") === "enforced", "does not enforce public access prevention"),
  ],
});

const GCP_VERSIONED = resourceRule({
  name: "gcp-bucket-versioned",
  description: "Buckets are versioned.",
  why: "Versioning is the only way to recover from an attacker who overwrites the backups.",
  severity: "high",
  ids: ["CKV_GCP_78", "GCP-0078"],
  fix: "Set `versioning: { enabled: true }`.",
  types: [GCP_BUCKET],
  judge: ({ values }) => unless(values.flag("versioning.enabled") === true, "is not versioned"),
});

const GCP_LOGGED = stackRule({
  name: "gcp-bucket-logged",
  description: "Buckets write access logs, except the log bucket. No bucket logs to itself.",
  why: "After a leak, access logs show what was read.",
  severity: "medium",
  ids: ["CKV_GCP_62", "CKV_GCP_63", "GCP-0077"],
  fix: "Set `logging.logBucket` to the log bucket.",
  judge: (stack) => {
    const buckets = stack.of(GCP_BUCKET);
    const targets = new Set(buckets.map(({ values }) => values.text("logging.logBucket")));
    return buckets.flatMap((bucket) => {
      const name = bucket.values.text("name");
      const target = bucket.values.text("logging.logBucket");
      if (target === undefined) {
        return targets.has(name) ? [] : [fault(bucket, "writes no access logs")];
      }
      return target === name ? [fault(bucket, "logs to itself: every log write causes another")] : [];
    });
  },
});

const GCP_KEY = resourceRule({
  name: "gcp-bucket-configured-key",
  description: "If the config names a key (`kmsKey`), it encrypts every bucket.",
  why: "Naming a key means relying on being able to revoke it. Without `kmsKey`, Google's keys are used: docs/decisions/0006-google-keys.md.",
  severity: "high",
  ids: ["GCP-0066"],
  fix: "Set `encryption.defaultKmsKeyName`.",
  types: [GCP_BUCKET],
  judge: ({ values }, { kmsKey }) =>
    unless(kmsKey === "" || values.has("encryption.defaultKmsKeyName"), "is not encrypted with the configured key"),
});

const GCP_GRANTS = resourceRule({
  name: "gcp-no-public-grant",
  description: "Nothing is granted to allUsers or allAuthenticatedUsers.",
  why: "allUsers is the internet; allAuthenticatedUsers is anyone with a Google account.",
  severity: "critical",
  ids: ["CKV_GCP_28", "CKV2_GCP_6", "CKV_GCP_112", "GCP-0001", "CIS GCP 1.9", "CIS GCP 5.1"],
  fix: "Name the service account that needs it.",
  types: [
    "gcp:storage/bucketIAMMember:BucketIAMMember",
    "gcp:storage/bucketIAMBinding:BucketIAMBinding",
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
    "gcp:kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding",
    "gcp:secretmanager/secretIamMember:SecretIamMember",
    "gcp:projects/iAMMember:IAMMember",
    "gcp:projects/iAMBinding:IAMBinding",
  ],
  judge: ({ values }) => {
    // A member that is known only after deployment is an account that the stack creates.
    const members = ["member", "members"]
      .filter((path) => values.isKnown(path))
      .flatMap((path) => values.strings(path));
    return unless(!members.some((member) => /^all(Authenticated)?Users$/.test(member)), "is granted to everyone");
  },
});

/** Rules on buckets: access, encryption, versions and logs. */
export const BUCKET_RULES: readonly Rule[] = [
  PUBLIC_BLOCK,
  VERSIONED,
  ENCRYPTED,
  LOGGED,
  LIFECYCLE,
  TLS,
  OWNERSHIP,
  PUBLIC_ACL,
  GCP_PRIVATE,
  GCP_VERSIONED,
  GCP_LOGGED,
  GCP_KEY,
  GCP_GRANTS,
];
