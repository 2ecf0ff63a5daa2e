import * as pulumi from "@pulumi/pulumi";
import type { Bucket, Platform } from "../platform/platform";

export interface BackupsArgs {
  readonly platform: Platform;
  /** Days for which a deleted or overwritten object can be recovered. */
  readonly retentionDays: number;
}

/** The bucket for backups. Each data service deletes its expired backups; the bucket retains deleted objects for some more days. */
export class Backups extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:backups:Backups";
  readonly bucket: Bucket;

  constructor(name: string, args: BackupsArgs, opts: pulumi.ComponentResourceOptions) {
    super(Backups.__pulumiType, name, { retentionDays: args.retentionDays }, opts);
    this.bucket = args.platform.bucket({ name, keep: true, noncurrentDays: args.retentionDays }, { parent: this });
    this.registerOutputs({ bucket: this.bucket.name, retentionDays: args.retentionDays });
  }
}
