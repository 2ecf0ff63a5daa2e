import { fault, resourceRule, stackRule, unless, type PolicyFault, type Rule } from "../rule";
import type { StackResource, StackView } from "../subject";
import type { ResourceValues } from "../values";
import { statementsOf } from "../iam";

const BUCKET = "aws:s3/bucket:Bucket";
const GCP_BUCKET = "gcp:storage/bucket:Bucket";
const FIX_EACH = "Add the resource for the bucket: AWS takes these settings apart from it.";

/** A rule that wants each bucket to have a resource of a type that holds something. */
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

/** Whether others' logs are written to a bucket: AWS' balancers can't use a key of ours, and no log logs itself. */
function holdsLogs(stack: StackView, bucket: StackResource): boolean {
  const name = bucket.values.text("bucket") ?? "";
  return (
    stack.referring("aws:s3/bucketLogging:BucketLogging", "targetBucket", bucket, name).length > 0 ||
    stack.of("aws:lb/loadBalancer:LoadBalancer").some(({ values }) => values.text("accessLogs.bucket") === name)
  );
}

const PUBLIC_BLOCK = perBucket({
  name: "aws-bucket-not-public",
  description: "Each bucket refuses to become public, in all four ways.",
  why: "One wrong policy or object ACL shows backups to the world otherwise.",
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
  missing: "may become public",
  holds: (values) =>
    ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].every(
      (name) => values.flag(name) === true,
    ),
  wrong: "may become public: not all four are true",
});

const VERSIONED = perBucket({
  name: "aws-bucket-versioned",
  description: "Each bucket keeps what is overwritten or deleted.",
  why: "It is the only way back from an attack that overwrites the backups.",
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
  description: "Each bucket is encrypted with a key of the stack's own; one of logs at least with AWS' key.",
  why: "Reading a backup takes the key as well then, and its use is logged. Load balancers can't write with one.",
  severity: "high",
  ids: ["CKV_AWS_145", "CKV_AWS_19", "AWS-0132"],
  fix: FIX_EACH,
  setting: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  missing: "has no encryption of its own",
  holds: (values, stack, bucket) =>
    values.list("rules").every((rule) => {
      const algorithm = rule.text("applyServerSideEncryptionByDefault.sseAlgorithm");
      return (
        (algorithm === "aws:kms" && rule.has("applyServerSideEncryptionByDefault.kmsMasterKeyId")) ||
        (algorithm !== undefined && holdsLogs(stack, bucket))
      );
    }),
  wrong: "is not encrypted with a key of the stack's own",
});

const LOGGED = perBucket({
  name: "aws-bucket-logged",
  description: "Each bucket logs who reads it, but for the one that the logs go to.",
  why: "After a leak nobody knows what was read otherwise.",
  severity: "medium",
  ids: ["CKV_AWS_18", "AWS-0089", "S3.9"],
  fix: FIX_EACH,
  setting: "aws:s3/bucketLogging:BucketLogging",
  missing: "logs nothing",
  holds: (values) => values.has("targetBucket"),
  wrong: "logs to no bucket",
  exempt: holdsLogs,
});

const LIFECYCLE = perBucket({
  name: "aws-bucket-lifecycle",
  description: "Each bucket drops uploads that were never finished.",
  why: "Nobody sees them, and they are paid for for ever.",
  severity: "low",
  ids: ["CKV2_AWS_61", "CKV_AWS_300", "S3.13"],
  fix: FIX_EACH,
  setting: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  missing: "has no lifecycle",
  holds: (values) =>
    values
      .list("rules")
      .every((rule) => rule.number("abortIncompleteMultipartUpload.daysAfterInitiation") !== undefined),
  wrong: "keeps uploads that were never finished",
});

const TLS = perBucket({
  name: "aws-bucket-tls-only",
  description: "Each bucket refuses requests without TLS, and gives nobody outside any right.",
  why: "A client that was set up wrongly sends backups in the clear otherwise.",
  severity: "high",
  ids: ["CKV_AWS_70", "CKV_AWS_93", "S3.2", "S3.3", "S3.5", "CIS AWS 3.1.1"],
  fix: "Add a bucket policy that denies s3:* where aws:SecureTransport is false, and allows nothing to everybody.",
  setting: "aws:s3/bucketPolicy:BucketPolicy",
  missing: "takes requests without TLS",
  holds: (values) => {
    const statements = statementsOf(values, "policy");
    const denies = statements.some(
      ({ effect, principals, condition }) =>
        effect === "Deny" && principals.includes("*") && condition.includes('"aws:SecureTransport":"false"'),
    );
    return denies && !statements.some(({ effect, principals }) => effect === "Allow" && principals.includes("*"));
  },
  wrong: "takes requests without TLS, or allows something to everybody",
});

const OWNERSHIP = perBucket({
  name: "aws-bucket-owner-enforced",
  description: "Buckets know no ACLs: their owner owns every object.",
  why: "An object that another account wrote can't be read by the bucket's owner, and ACLs make single objects public.",
  severity: "medium",
  ids: ["CKV_AWS_20", "CKV_AWS_57", "S3.12"],
  fix: FIX_EACH,
  setting: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  missing: "may have ACLs",
  holds: (values) => values.text("rule.objectOwnership") === "BucketOwnerEnforced",
  wrong: "may have ACLs",
});

const PUBLIC_ACL = resourceRule({
  name: "aws-bucket-no-public-acl",
  description: "No ACL makes a bucket public.",
  why: "A public bucket is read by those who search for them all day.",
  severity: "critical",
  ids: ["CKV_AWS_20", "CKV_AWS_57"],
  fix: "Remove the ACL.",
  types: [BUCKET, "aws:s3/bucketAcl:BucketAcl"],
  judge: ({ values }) =>
    unless(!/^(public|authenticated)-/.test(values.text("acl") ?? ""), `ACL ${values.text("acl")}`),
});

const GCP_PRIVATE = resourceRule({
  name: "gcp-bucket-not-public",
  description: "Buckets refuse to become public, and know no ACLs.",
  why: "One wrong grant shows backups to the world otherwise.",
  severity: "critical",
  ids: ["CKV_GCP_29", "CKV_GCP_114", "GCP-0002", "CIS GCP 5.2"],
  fix: 'Set `uniformBucketLevelAccess: true` and `publicAccessPrevention: "enforced"`.',
  types: [GCP_BUCKET],
  judge: ({ values }) => [
    ...unless(values.flag("uniformBucketLevelAccess") === true, "knows ACLs"),
    ...unless(values.text("publicAccessPrevention") === "enforced", "may become public"),
  ],
});

const GCP_VERSIONED = resourceRule({
  name: "gcp-bucket-versioned",
  description: "Buckets keep what is overwritten or deleted.",
  why: "It is the only way back from an attack that overwrites the backups.",
  severity: "high",
  ids: ["CKV_GCP_78", "GCP-0078"],
  fix: "Set `versioning: { enabled: true }`.",
  types: [GCP_BUCKET],
  judge: ({ values }) => unless(values.flag("versioning.enabled") === true, "is not versioned"),
});

const GCP_LOGGED = stackRule({
  name: "gcp-bucket-logged",
  description: "Buckets log who reads them, but for the one that the logs go to; none logs to itself.",
  why: "After a leak nobody knows what was read otherwise.",
  severity: "medium",
  ids: ["CKV_GCP_62", "CKV_GCP_63", "GCP-0077"],
  fix: "Set `logging.logBucket` to the bucket of logs.",
  judge: (stack) => {
    const buckets = stack.of(GCP_BUCKET);
    const targets = new Set(buckets.map(({ values }) => values.text("logging.logBucket")));
    return buckets.flatMap((bucket) => {
      const name = bucket.values.text("name");
      const target = bucket.values.text("logging.logBucket");
      if (target === undefined) {
        return targets.has(name) ? [] : [fault(bucket, "logs nothing")];
      }
      return target === name ? [fault(bucket, "logs to itself: every line makes another one")] : [];
    });
  },
});

const GCP_KEY = resourceRule({
  name: "gcp-bucket-configured-key",
  description: "Where the config names a key (`kmsKey`), it encrypts every bucket.",
  why: "Who names a key relies on being able to withdraw it. Without one, Google's keys encrypt: docs/decisions/0006-google-keys.md.",
  severity: "high",
  ids: ["GCP-0066"],
  fix: "Set encryption.defaultKmsKeyName.",
  types: [GCP_BUCKET],
  judge: ({ values }, { kmsKey }) =>
    unless(
      kmsKey === "" || values.has("encryption.defaultKmsKeyName"),
      "is not encrypted with the key that the config names",
    ),
});

const GCP_GRANTS = resourceRule({
  name: "gcp-no-public-grant",
  description: "Nothing is granted to everybody.",
  why: "allUsers is the internet; allAuthenticatedUsers is everybody with any Google account.",
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
    // A member that only the deployment knows is an account that the stack makes.
    const members = ["member", "members"]
      .filter((path) => values.isKnown(path))
      .flatMap((path) => values.strings(path));
    return unless(!members.some((member) => /^all(Authenticated)?Users$/.test(member)), "is granted to everybody");
  },
});

/** Who reads objects, and what becomes of them. */
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
