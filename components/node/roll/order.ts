/** What a node is to be: the bootstrap that it runs, and the machine that runs it. Stored as `nodes/<node>`. */
export interface NodeOrder {
  /** SHA-256 of the bootstrap, hexadecimal. */
  readonly bootstrap: string;
  /**
   * The machine type that the bootstrap is sized for. A running node of another type applies the bootstrap only once it has
   * booted as this one.
   */
  readonly machine: string;
  /**
   * What else replaces or restarts the machine: boot image, address and user data. They are part of the order so that its
   * update, which the gate guards, precedes every change of the machine.
   */
  readonly instance: string;
}

/** Whether a running node applies a new order itself. Members of a scaling group are replaced instead. */
export type Applied = "live" | "replaced";

/** A node's order as stored: one line of JSON with keys in a fixed order, so that equal orders are equal bytes. */
export function renderOrder({ bootstrap, machine, instance }: NodeOrder, applied: Applied): string {
  return `${JSON.stringify({ bootstrap, machine, instance, applied })}\n`;
}

/** The order in a stored object. `undefined`: the object is a former format, which nodes without an agent read. */
export function parseOrder(stored: string): NodeOrder | undefined {
  try {
    const { bootstrap, machine, instance } = JSON.parse(stored) as Partial<NodeOrder>;
    return bootstrap === undefined || machine === undefined || instance === undefined
      ? undefined
      : { bootstrap, machine, instance };
  } catch {
    return undefined;
  }
}
