/** What a node says of itself. Written by the node as `status/<node>.json`, or `status/<group>/<instance>.json`. */
export interface NodeStatus {
  readonly version: typeof STATUS_VERSION;
  /** The node's name, or its group's. */
  readonly node: string;
  /** The instance's id in the cloud; distinguishes the members of a group and a replaced node from its predecessor. */
  readonly instance: string;
  /** Changes with every boot. */
  readonly bootId: string;
  /** Machine type, as the cloud's metadata names it. */
  readonly machine: string;
  /** SHA-256 of the bootstrap that the node runs. Empty until the first one was applied. */
  readonly bootstrap: string;
  /** SHA-256 of the bootstrap in the newest order that the node has seen. */
  readonly ordered: string;
  readonly phase: Phase;
  /** Why the phase is "failed", or why an order waits; the node's own words. Otherwise empty. */
  readonly reason: string;
  /** By role name. */
  readonly roles: Readonly<Record<string, RoleStatus>>;
  /** Seconds that the last boot or change took. */
  readonly seconds: number;
  /** Installed versions of the roles' packages. */
  readonly packages: Readonly<Record<string, string>>;
  /** Id of the last request that the node has carried out: the rest of the status is newer than that request. */
  readonly answered: string;
  /** Time of writing, ISO 8601, by the node's clock. */
  readonly at: string;
}

export const STATUS_VERSION = 1;

export const PHASES = ["booting", "applying", "serving", "failed", "draining"] as const;
/**
 * `applying`: a new bootstrap is being applied. `draining`: leadership was moved away on request. `failed`: the newest order
 * failed; the node runs `bootstrap`, the last good one, as far as that is possible.
 */
export type Phase = (typeof PHASES)[number];

export interface RoleStatus {
  readonly service: string;
  /** Whether the role's health command succeeds. */
  readonly healthy: boolean;
  /** Whether the member has all acknowledged data of its group, so that another may stop. */
  readonly inStep: boolean;
  /** Whether it leads its group: primary, master, leader. */
  readonly leads: boolean;
  /** What the role reports of itself, for example the API's released image. Otherwise empty. */
  readonly reports: string;
}

/** The status in a stored object; undefined if it is empty or of another version. */
export function parseStatus(stored: string): NodeStatus | undefined {
  try {
    const status = JSON.parse(stored) as NodeStatus;
    return status.version === STATUS_VERSION ? status : undefined;
  } catch {
    return undefined;
  }
}
