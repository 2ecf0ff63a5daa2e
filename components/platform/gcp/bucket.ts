import * as storage from "@pulumi/gcp/storage";
import type { input } from "@pulumi/gcp/types";
import * as pulumi from "@pulumi/pulumi";
import { bucketName } from "../../model/naming";
import { protectedData } from "../options";
import type { Bucket, BucketSpec, StackContext } from "../platform";
import { labels } from "./labels";

const UNFINISHED_UPLOAD_DAYS = 7;
/** Google Cloud's default, which is also the minimum above zero. */
const SOFT_DELETE_SECONDS = 7 * 24 * 3600;

export interface BucketArgs extends BucketSpec {
  /** Days after which objects expire. Default: never. */
  readonly expireDays?: number;
  /** Bucket that receives the access log. */
  readonly logs?: GcpBucket;
}

/** A private, versioned, encrypted bucket in the stack's region. */
export class GcpBucket extends pulumi.ComponentResource implements Bucket {
  static readonly __pulumiType = "ape:platform:Bucket";
  readonly resource = this;
  readonly name: string;
  readonly bucket: storage.Bucket;

  constructor(name: string, context: StackContext, args: BucketArgs, opts: pulumi.ComponentResourceOptions) {
    super(GcpBucket.__pulumiType, name, { keep: args.keep }, opts);
    this.name = bucketName(context, name);
    const within = args.keep ? protectedData(context, { parent: this }) : { parent: this };
    this.bucket = new storage.Bucket(
      name,
      {
        name: this.name,
        location: context.region.toUpperCase(), // Google Cloud reports it in upper case; lower case would show a difference
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        versioning: { enabled: true },
        lifecycleRules: lifecycleRules(args),
        // An identity that may write backups may also delete their versions; soft delete can restore them. Other buckets don't need it.
        softDeletePolicy: { retentionDurationSeconds: args.keep ? SOFT_DELETE_SECONDS : 0 },
        ...(args.logs === undefined ? {} : { logging: { logBucket: args.logs.bucket.name, logObjectPrefix: name } }),
        ...(context.kmsKey === "" ? {} : { encryption: { defaultKmsKeyName: context.kmsKey } }),
        forceDestroy: !args.keep || !context.protectData,
        labels: labels(context, name),
      },
      { ...within, deleteBeforeReplace: true },
    );
    this.registerOutputs({ name: this.name });
  }
}

/** Only noncurrent versions expire: expiring current objects would break backup chains. */
function lifecycleRules(args: BucketArgs): input.storage.BucketLifecycleRule[] {
  return [
    {
      action: { type: "Delete" },
      condition: { daysSinceNoncurrentTime: args.noncurrentDays, withState: "ARCHIVED" },
    },
    { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: UNFINISHED_UPLOAD_DAYS } },
    ...(args.expireDays === undefined ? [] : [{ action: { type: "Delete" }, condition: { age: args.expireDays } }]),
  ];
}
