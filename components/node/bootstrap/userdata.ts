import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cloud } from "../../model/cloud";

/** What a node must know before it can ask for anything. */
export interface BootArgs {
  readonly cloud: Cloud;
  readonly region: string;
  /** Node's name: which bootstrap is its own. */
  readonly node: string;
  readonly bootstrapBucket: string;
  /** Begins every secret's name in the store. */
  readonly secretPrefix: string;
  /** Debian mirror; empty: what the image says. */
  readonly packageMirror: string;
}

const BOOT = readFileSync(join(__dirname, "boot.sh"), "utf8");

/** EC2's limit for user data, in bytes before encoding. */
export const USER_DATA_LIMIT = 16_384;

/**
 * The boot script of a node: EC2 user data and GCE startup script alike. It names no size, no setting and no version,
 * so it stays the same for the node's life: what changes is the bootstrap that it fetches.
 */
export function userData(args: BootArgs): string {
  return [
    "#!/bin/bash",
    "set -Eeuo pipefail",
    `readonly CLOUD=${args.cloud} REGION=${args.region} NODE=${args.node}`,
    `readonly BOOTSTRAP_BUCKET=${args.bootstrapBucket} SECRET_PREFIX=${args.secretPrefix}`,
    `readonly PACKAGE_MIRROR=${args.packageMirror}`,
    BOOT,
  ].join("\n");
}

/** The secret that only this node reads: its key and certificate, and where its disks are. */
export function nodeSecret(node: string): string {
  return `node-${node}`;
}
