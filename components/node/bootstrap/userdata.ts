import { join } from "node:path";
import type { Cloud } from "../../model/cloud";
import { FUNCTIONS, renderScript, type ScriptVariables } from "../script";
import { SESSION_AGENT } from "./session-agent";

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

/** The sources explain; user data is limited. */
const COMMENT_LINES = /^ *#(?!!| shellcheck).*\n/gm;

/** What differs between the clouds' boot scripts. */
const CLOUD_PARTS: Readonly<Record<Cloud, ScriptVariables>> = {
  aws: { SESSION_AGENT: SESSION_AGENT.version, SESSION_SIGNER: SESSION_AGENT.key },
  gcp: {},
};

/**
 * A node's boot script: EC2 user data or GCE startup script. It contains no size, setting or version, so it stays the
 * same for the node's lifetime; changes are in the bootstrap that it downloads.
 */
export function userData(args: BootArgs): string {
  const script = renderScript(
    join(__dirname, "boot.sh"),
    {
      CLOUD: args.cloud,
      REGION: args.region,
      NODE: args.node,
      BOOTSTRAP_BUCKET: args.bootstrapBucket,
      SECRET_PREFIX: args.secretPrefix,
      PACKAGE_MIRROR: args.packageMirror,
      ...CLOUD_PARTS[args.cloud],
    },
    [FUNCTIONS.keep, join(__dirname, `cloud/${args.cloud}.sh`)],
  );
  return script.replace(COMMENT_LINES, "");
}

/** The secret that only this node can read: its TLS key and certificate, and the device paths of its disks. */
export function nodeSecret(node: string): string {
  return `node-${node}`;
}
