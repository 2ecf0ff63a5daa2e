/** A request of the deployer to the stack's nodes. Stored as `request.json`; every node polls it. */
export interface RollRequest {
  /** Unique. A node answers by writing its status with this id once it has done what the request asks of it. */
  readonly id: string;
  /**
   * Roles that must not lead: the node moves their leadership away, and stays out of elections as far as the service allows
   * until the next request. Roles that are not named take part again.
   */
  readonly handOver: readonly string[];
  /** Roles that leave their node: the node stops them and unmounts their disks, which are about to be detached. */
  readonly leave: readonly string[];
  /**
   * The instance that each leaving role is on, or its node's name: a role of the same name on another instance, where it goes,
   * is not meant. Default: any.
   */
  readonly from?: Readonly<Record<string, string>>;
}
