import type { Kind, Kinds, Situation } from "../kind";
import type { Properties } from "../wire";

const text = (value: unknown): string => value as string;

function bucket(nameKey: string, replacedBy: readonly string[], error: string): Kind {
  return {
    replacedBy,
    uniqueName: (inputs: Properties) => text(inputs[nameKey]),
    refusesDelete: async ({ inputs }, { objects }: Situation) =>
      inputs.forceDestroy !== true && (await objects(text(inputs[nameKey]))) > 0 ? error : undefined,
  };
}

/** A resource that only sets something on a bucket. */
const OF_BUCKET: Kind = { replacedBy: ["bucket"] };

const AWS: Kinds = {
  "aws:s3/bucket:Bucket": bucket(
    "bucket",
    ["bucket"],
    "BucketNotEmpty: The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
  ),
  ...Object.fromEntries(
    [
      ...["PublicAccessBlock", "OwnershipControls", "Versioning", "ServerSideEncryptionConfiguration"],
      ...["LifecycleConfiguration", "Policy", "Logging"],
    ].map((part) => [`aws:s3/bucket${part}:Bucket${part}`, OF_BUCKET]),
  ),
  "aws:s3/bucketObjectv2:BucketObjectv2": { replacedBy: ["bucket", "key"] },
  "aws:secretsmanager/secret:Secret": { replacedBy: ["name"], uniqueName: ({ name }) => text(name) },
  "aws:secretsmanager/secretVersion:SecretVersion": { replacedBy: ["secretId", "secretString"] },
};

const GCP: Kinds = {
  "gcp:storage/bucket:Bucket": bucket(
    "name",
    ["name", "location", "project"],
    "Error trying to delete bucket containing objects without `force_destroy` set to true",
  ),
  // New content is another generation of the object: since version 5.20, Google's provider uploads it in place.
  "gcp:storage/bucketObject:BucketObject": { replacedBy: ["bucket", "name"] },
  "gcp:secretmanager/secret:Secret": {
    replacedBy: ["secretId", "replication"],
    uniqueName: ({ secretId }) => text(secretId),
  },
  "gcp:secretmanager/secretVersion:SecretVersion": { replacedBy: ["secret", "secretData"] },
};

/** Buckets, objects and secrets of both clouds. */
export const STORAGE: Kinds = { ...AWS, ...GCP };
