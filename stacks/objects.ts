import { bucketName } from "../components/model/naming";
import type { ObjectStore } from "../components/platform/platform";
import type { StackSpec } from "./config/spec";
import { naming } from "./plan";

/** Opens one of a deployed stack's buckets outside of a deployment. Only the chosen cloud's library is loaded. */
export async function openBucket(spec: StackSpec, purpose: "bootstrap" | "backups"): Promise<ObjectStore> {
  const bucket = bucketName(naming(spec), purpose);
  switch (spec.cloud) {
    case "aws":
      return new (await import("../components/platform/aws/objects")).S3Objects(spec, bucket);
    case "gcp":
      return new (await import("../components/platform/gcp/objects")).GcsObjects(bucket);
  }
}
