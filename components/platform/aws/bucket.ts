import * as s3 from "@pulumi/aws/s3";
import type { input } from "@pulumi/aws/types";
import * as pulumi from "@pulumi/pulumi";
import { bucketName } from "../../model/naming";
import type { Bucket, BucketSpec, StackContext } from "../platform";
import { protectedData } from "../options";
import type { EncryptionKey } from "./encryption";
import { tags } from "./tags";

const UNFINISHED_UPLOAD_DAYS = 7;

export interface BucketArgs extends BucketSpec {
  /** Customer-managed key. Default: S3-managed keys, the only ones that services delivering access logs can use. */
  readonly key?: EncryptionKey;
  /** Days after which objects expire. Default: never. */
  readonly expireDays?: number;
  /** Bucket that receives the access log. */
  readonly logs?: AwsBucket;
  /** Policy statements in addition to the one that denies plain HTTP. */
  readonly statements?: (arn: string) => object[];
}

/** A private, versioned, encrypted bucket that denies plain HTTP. */
export class AwsBucket extends pulumi.ComponentResource implements Bucket {
  static readonly __pulumiType = "ape:platform:Bucket";
  readonly resource = this;
  readonly name: string;
  /** The bucket policy: must exist before the first write. */
  readonly policy: s3.BucketPolicy;

  constructor(name: string, context: StackContext, args: BucketArgs, opts: pulumi.ComponentResourceOptions) {
    super(AwsBucket.__pulumiType, name, { keep: args.keep }, opts);
    this.name = bucketName(context, name);
    const within = args.keep ? protectedData(context, { parent: this }) : { parent: this };
    const bucket = new s3.Bucket(
      name,
      { bucket: this.name, forceDestroy: !args.keep || !context.protectData, tags: tags(context, name) },
      { ...within, deleteBeforeReplace: true },
    );
    const access = new s3.BucketPublicAccessBlock(
      name,
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      within,
    );
    new s3.BucketOwnershipControls(
      name,
      { bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      within,
    );
    const versioning = new s3.BucketVersioning(
      name,
      { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
      within,
    );
    new s3.BucketServerSideEncryptionConfiguration(
      name,
      { bucket: bucket.bucket, rules: [encryptionRule(args.key)] },
      within,
    );
    new s3.BucketLifecycleConfiguration(
      name,
      { bucket: bucket.bucket, rules: [lifecycleRule(args)] },
      { ...within, dependsOn: versioning },
    );
    this.policy = new s3.BucketPolicy(
      name,
      { bucket: bucket.bucket, policy: JSON.stringify(bucketPolicy(this.name, args.statements)) },
      { ...within, dependsOn: access }, // S3 rejects concurrent changes of a bucket's access settings
    );
    if (args.logs !== undefined) {
      new s3.BucketLogging(
        name,
        { bucket: bucket.bucket, targetBucket: args.logs.name, targetPrefix: `s3/${name}/` },
        { ...within, dependsOn: args.logs.policy },
      );
    }
    this.registerOutputs({ name: this.name });
  }
}

function encryptionRule(key: EncryptionKey | undefined): input.s3.BucketServerSideEncryptionConfigurationRule {
  return key === undefined
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: false }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
        bucketKeyEnabled: true,
      };
}

/** Only noncurrent versions expire: expiring current objects would break backup chains. */
function lifecycleRule(args: BucketArgs): input.s3.BucketLifecycleConfigurationRule {
  return {
    id: "expire",
    status: "Enabled",
    filter: { prefix: "" },
    noncurrentVersionExpiration: { noncurrentDays: args.noncurrentDays },
    abortIncompleteMultipartUpload: { daysAfterInitiation: UNFINISHED_UPLOAD_DAYS },
    ...(args.expireDays === undefined ? {} : { expiration: { days: args.expireDays } }),
  };
}

function bucketPolicy(name: string, statements: BucketArgs["statements"]): object {
  const arn = `arn:aws:s3:::${name}`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      ...(statements?.(arn) ?? []),
    ],
  };
}

/** AWS services that deliver access logs. */
export function logDelivery(arn: string): object[] {
  return [
    {
      Sid: "S3",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `${arn}/s3/*`,
    },
    {
      Sid: "LoadBalancer",
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `${arn}/load-balancer/AWSLogs/*`,
    },
  ];
}
