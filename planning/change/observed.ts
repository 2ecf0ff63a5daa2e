import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { memberStatusPrefix, orderKey, REQUEST_KEY, statusKey } from "../../components/model/bootstrap-keys";
import { parseOrder } from "../../components/node/roll/order";
import type { RollRequest } from "../../components/node/roll/request";
import { parseStatus, type NodeStatus } from "../../components/node/roll/status";
import type { ObjectStore } from "../../components/platform/platform";
import type { StackPlan } from "../../stacks/plan";

/** The buckets of a deployed stack. */
export interface StackStores {
  readonly bootstrap: ObjectStore;
  readonly backups: ObjectStore;
}

/** A node or scaling group to look at. */
export interface Watched {
  readonly name: string;
  /** Nodes that must serve: one, or the group's minimum. */
  readonly required: number;
  /** Whether it is a scaling group, whose members write a status each. */
  readonly group: boolean;
}

/** Every node and scaling group of a plan. */
export function watchedNodes({ nodes, apiGroup }: StackPlan): Watched[] {
  return [
    ...nodes.map(({ name }) => ({ name, required: 1, group: false })),
    ...(apiGroup === undefined ? [] : [{ name: apiGroup.role.name, required: apiGroup.minNodes, group: true }]),
  ];
}

/** A node or scaling group as its order and its statuses describe it. */
export interface ObservedNode extends Watched {
  /** Bootstrap that the stored order names. Empty: there is no order. */
  readonly ordered: string;
  /** The node's status, or one for each member of the group. */
  readonly statuses: readonly ObservedStatus[];
}

export interface ObservedStatus extends NodeStatus {
  /** Whether the node wrote it after it was asked. */
  readonly fresh: boolean;
}

/** What the nodes of a stack say. */
export interface Observed {
  readonly nodes: readonly ObservedNode[];
  /** Roles that a change has asked to hand over. Empty: none is about to stop. */
  readonly changing: readonly string[];
}

/** Seconds between two looks at the statuses; the nodes look for requests every 10 s. */
const POLL_SECONDS = 2;

/** How to ask. */
export interface Asking {
  /** Seconds to wait for answers. */
  readonly seconds: number;
  /** Reports what is awaited. */
  readonly progress: (what: string) => void;
}

/**
 * Asks all nodes for a fresh status and reads orders and statuses. While roles are asked to hand over, it reads without asking.
 * Otherwise it puts the former request back, because an update may wait for its answers. Throws if the cloud refuses.
 */
export async function observe(store: ObjectStore, watched: readonly Watched[], asking: Asking): Promise<Observed> {
  const former = await store.get(REQUEST_KEY);
  const current = former === undefined ? undefined : (JSON.parse(former) as RollRequest);
  const changing = current?.handOver ?? [];
  if (changing.length > 0 || (await isSilent(store, watched))) {
    return { nodes: await read(store, watched, undefined), changing };
  }
  const id = randomUUID();
  const request = `${JSON.stringify({ handOver: [], leave: [], ...current, id } satisfies RollRequest)}\n`;
  await store.put(REQUEST_KEY, request);
  try {
    return { nodes: await answers(store, watched, id, asking), changing };
  } finally {
    if (former !== undefined && (await store.get(REQUEST_KEY)) === request) {
      await store.put(REQUEST_KEY, former);
    }
  }
}

/** Whether no node has ever written a status: the stack is not deployed, and its bucket may not exist. */
async function isSilent(store: ObjectStore, watched: readonly Watched[]): Promise<boolean> {
  return (await read(store, watched, undefined)).every(({ statuses }) => statuses.length === 0);
}

/** The statuses, once all are fresh or the time is over. */
async function answers(
  store: ObjectStore,
  watched: readonly Watched[],
  id: string,
  { seconds, progress }: Asking,
): Promise<ObservedNode[]> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const nodes = await read(store, watched, id);
    const silent = nodes.filter(({ statuses }) => !statuses.every(({ fresh }) => fresh)).map(({ name }) => name);
    if (silent.length === 0 || Date.now() >= end) {
      return nodes;
    }
    progress(`waiting for ${silent.join(", ")} to answer`);
    await sleep(POLL_SECONDS * 1000);
  }
}

function read(store: ObjectStore, watched: readonly Watched[], id: string | undefined): Promise<ObservedNode[]> {
  return Promise.all(
    watched.map(async (node) => {
      const { name, group } = node;
      const [order, keys] = await Promise.all([
        store.get(orderKey(name)),
        group ? store.list(memberStatusPrefix(name)) : [statusKey(name)],
      ]);
      const statuses = await Promise.all(keys.map(async (key) => parseStatus((await store.get(key)) ?? "")));
      return {
        ...node,
        ordered: parseOrder(order ?? "")?.bootstrap ?? "",
        statuses: statuses.flatMap((status) =>
          status === undefined ? [] : { ...status, fresh: id !== undefined && status.answered === id },
        ),
      };
    }),
  );
}
