import { join } from "node:path";
import type { Cloud } from "../../model/cloud";
import { FUNCTIONS, renderScript } from "../script";

/** What a node needs to know to download its bootstrap. */
export interface BootArgs {
  readonly cloud: Cloud;
  readonly region: string;
  /** The node's name, which selects its bootstrap. */
  readonly node: string;
  readonly bootstrapBucket: string;
  /** Prefix of every secret's name in the store. */
  readonly secretPrefix: string;
  /** URL of a Debian mirror. Empty means the one configured in the image. */
  readonly packageMirror: string;
}

/** EC2's limit for user data, in bytes before encoding. */
export const USER_DATA_LIMIT = 16_384;

/**
 * A node's boot script: EC2 user data or GCE startup script. It contains no size, setting or version, so it stays the
 * same for the node's lifetime; changes are in the bootstrap that it downloads.
 */
export function userData(args: BootArgs): string {
  return renderScript(
    join(__dirname, "boot.sh"),
    {
      CLOUD: args.cloud,
      REGION: args.region,
      NODE: args.node,
      BOOTSTRAP_BUCKET: args.bootstrapBucket,
      SECRET_PREFIX: args.secretPrefix,
      PACKAGE_MIRROR: args.packageMirror,
    },
    [FUNCTIONS.keep],
  );
}

/** The secret that only this node can read: its TLS key and certificate, and the device paths of its disks. */
export function nodeSecret(node: string): string {
  return `node-${node}`;
}
