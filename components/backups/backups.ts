import * as pulumi from "@pulumi/pulumi";
import type { Bucket, Platform } from "../platform/platform";

export interface BackupsArgs {
  readonly platform: Platform;
  /** Days that a deleted or overwritten object can still be brought back. */
  readonly retentionDays: number;
}

/** Where the data services put their backups. Each service keeps its own retention; the bucket keeps what they delete a while longer. */
export class Backups extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:backups:Backups";
  readonly bucket: Bucket;

  constructor(name: string, args: BackupsArgs, opts: pulumi.ComponentResourceOptions) {
    super(Backups.__pulumiType, name, { retentionDays: args.retentionDays }, opts);
    this.bucket = args.platform.bucket({ name, keep: true, noncurrentDays: args.retentionDays }, { parent: this });
    this.registerOutputs({ bucket: this.bucket.name, retentionDays: args.retentionDays });
  }
}
