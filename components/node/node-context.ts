import type { Placed } from "../model/role";
import type { StackAuthority } from "../pki/stack-authority";
import type { Gates } from "./roll/hooks";
import type { Bucket, Network, Platform } from "../platform/platform";

/** What all nodes of a stack share. */
export interface NodeContext {
  readonly platform: Platform;
  readonly network: Network;
  readonly authority: StackAuthority;
  /** The bucket from which nodes download their bootstraps. */
  readonly bootstrap: Bucket;
  /** Let nodes change one at a time. */
  readonly gates: Gates;
  /** All placed roles of the stack; every node knows their names and addresses. */
  readonly all: readonly Placed[];
}
