import { randomUUID } from "node:crypto";
import { memberStatusPrefix, orderKey, REQUEST_KEY, STATUS_PREFIX, statusKey } from "../../model/bootstrap-keys";
import type { ObjectStore } from "../../platform/platform";
import type { Seen } from "./gate";
import { parseOrder } from "./order";
import type { RollRequest } from "./request";
import { parseStatus, type NodeStatus } from "./status";

/** What the deployer asks of the nodes, without the id. */
export type Wishes = Omit<RollRequest, "id">;

/** No wish: every role takes part as usual. */
export const NO_WISHES: Wishes = { handOver: [], leave: [], from: {} };

/** The stack's nodes as their statuses describe them. */
export interface Survey {
  /** By node; nodes with neither a status nor an order are absent. */
  readonly nodes: ReadonlyMap<string, Seen>;
  /** Fresh statuses of the groups' members, by group. */
  readonly members: ReadonlyMap<string, readonly NodeStatus[]>;
}

/** The deployer's side of the conversation with the nodes: requests, and the statuses that answer them. */
export class Conversation {
  private readonly ids: string[] = [];

  constructor(private readonly store: ObjectStore) {}

  /** Number of requests so far. Statuses that answer a later one are newer than this moment. */
  get now(): number {
    return this.ids.length;
  }

  /** Asks all nodes. Each answers with a new status once it has done what was asked. */
  async ask(wishes: Wishes): Promise<void> {
    const id = randomUUID();
    this.ids.push(id);
    await this.store.put(REQUEST_KEY, `${JSON.stringify({ id, ...wishes } satisfies RollRequest)}\n`);
  }

  /** Whether the deployer has ever ordered anything of a node. */
  async ordered(node: string): Promise<boolean> {
    return (await this.store.get(orderKey(node))) !== undefined;
  }

  /** Removes what a node said, because it no longer exists. */
  async forget(node: string): Promise<void> {
    await this.store.put(statusKey(node), "");
  }

  /**
   * Reads all statuses, and the orders of the given nodes.
   * @param since number of requests at some moment: a status is fresh if it answers a later one
   */
  async survey(planned: readonly string[], groups: readonly string[], since: number): Promise<Survey> {
    const recent = new Set(this.ids.slice(since));
    const fresh = ({ answered }: NodeStatus): boolean => recent.has(answered);
    const [statuses, orders] = await Promise.all([this.statuses(), this.orders(planned)]);
    const names = new Set([...orders.keys(), ...[...statuses.keys()].flatMap((key) => nodeOf(key) ?? [])]);
    const nodes = [...names].map((node): [string, Seen] => {
      const status = statuses.get(statusKey(node));
      const order = orders.get(node);
      return [
        node,
        {
          ...(status === undefined ? {} : { status }),
          ...(order === undefined ? {} : { order }),
          fresh: status !== undefined && fresh(status),
        },
      ];
    });
    const members = groups.map((group): [string, NodeStatus[]] => [
      group,
      [...statuses].flatMap(([key, status]) =>
        key.startsWith(memberStatusPrefix(group)) && fresh(status) ? [status] : [],
      ),
    ]);
    return { nodes: new Map(nodes), members: new Map(members) };
  }

  private async statuses(): Promise<Map<string, NodeStatus>> {
    const keys = await this.store.list(STATUS_PREFIX);
    const read = await Promise.all(
      keys.map(async (key) => [key, parseStatus((await this.store.get(key)) ?? "")] as const),
    );
    return new Map(read.flatMap(([key, status]) => (status === undefined ? [] : [[key, status]])));
  }

  private async orders(planned: readonly string[]): Promise<Map<string, NonNullable<Seen["order"]>>> {
    const read = await Promise.all(planned.map(async (node) => [node, await this.store.get(orderKey(node))] as const));
    return new Map(
      read.flatMap(([node, stored]) => (stored === undefined ? [] : [[node, parseOrder(stored) ?? "former"]])),
    );
  }
}

/** The node whose status has this key; undefined for members of groups. */
function nodeOf(key: string): string | undefined {
  return /^status\/([^/]+)\.json$/.exec(key)?.[1];
}
