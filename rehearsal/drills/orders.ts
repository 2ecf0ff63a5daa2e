import { createHash } from "node:crypto";
import { bootstrapKey, orderKey, statusKey } from "../../components/model/bootstrap-keys";
import { parseOrder, renderOrder, type NodeOrder } from "../../components/node/roll/order";
import { parseStatus, type NodeStatus } from "../../components/node/roll/status";
import { objectsOf } from "../cloud/storage";
import type { Rehearsal } from "../rehearsal";
import type { LocalStack, StoredObject } from "../stack/local-stack";
import { until } from "../system/process";

/** Milliseconds between two looks at a status. */
const STATUS_POLL_MS = 250;

/** The stored order of a node. Undefined for members of scaling groups, which share one. */
export function orderObject({ objects }: Pick<LocalStack, "objects">, node: string): StoredObject | undefined {
  return objects.find(({ key }) => key === orderKey(node));
}

/** What a node is to be. Throws if it has no order. */
export function orderOf(stack: Pick<LocalStack, "objects">, node: string): NodeOrder {
  const order = parseOrder(orderObject(stack, node)?.content ?? "");
  if (order === undefined) {
    throw new Error(`no order is stored for ${node}`);
  }
  return order;
}

/** A stack in which a node's bootstrap is another one, for example broken on purpose. Throws if `change` changes nothing. */
export function withBootstrap(stack: LocalStack, node: string, change: (script: string) => string): LocalStack {
  const order = orderOf(stack, node);
  const bundle = stack.objects.find(({ key }) => key === bootstrapKey(order.bootstrap))!;
  const content = change(bundle.content);
  if (content === bundle.content) {
    throw new Error(`the bootstrap of ${node} stays as it is`);
  }
  const bootstrap = createHash("sha256").update(content).digest("hex");
  const ordered = withOrder(stack, node, { ...order, bootstrap });
  return { ...ordered, objects: [...ordered.objects, { ...bundle, key: bootstrapKey(bootstrap), content }] };
}

/** A stack in which a node has another order. */
export function withOrder(stack: LocalStack, node: string, order: NodeOrder): LocalStack {
  const object = orderObject(stack, node)!;
  const content = renderOrder(order, "live");
  return { ...stack, objects: [...stack.objects.filter((each) => each !== object), { ...object, content }] };
}

/** A stack in which every node with a fixed name has another bootstrap. */
function withBootstraps(stack: LocalStack, change: (script: string) => string): LocalStack {
  return stack.hosts
    .filter(({ name }) => orderObject(stack, name) !== undefined)
    .reduce((altered, { name }) => withBootstrap(altered, name, change), stack);
}

/** A stack whose nodes look for orders and requests more often than in a cloud, so that a change takes less time. */
export function pollingOften(stack: LocalStack): LocalStack {
  return withBootstraps(stack, (script) => script.replace(/^readonly POLL_SECONDS=.*$/m, "readonly POLL_SECONDS=2"));
}

/** Gives a running node its order in another stack, after the bootstrap that the order names, as an update does. */
export async function giveOrder(rehearsal: Rehearsal, stack: LocalStack, node: string): Promise<NodeOrder> {
  const order = orderOf(stack, node);
  const script = stack.objects.find(({ key }) => key === bootstrapKey(order.bootstrap))!;
  for (const { bucket, key, content } of [script, orderObject(stack, node)!]) {
    await rehearsal.putObject(bucket, key, content);
  }
  return order;
}

/** A node's status, once it is as expected. Throws with the last one if it is not in time. */
export async function statusOnce(
  rehearsal: Rehearsal,
  node: string,
  expected: (status: NodeStatus) => boolean,
  withinMs: number,
): Promise<NodeStatus> {
  const bootstrap = objectsOf(rehearsal.storage, rehearsal.bucket("bootstrap"));
  let last: NodeStatus | undefined;
  const isExpected = async (): Promise<boolean> => {
    last = parseStatus((await bootstrap.get(statusKey(node))) ?? "");
    return last !== undefined && expected(last);
  };
  if (!(await until(isExpected, withinMs, STATUS_POLL_MS))) {
    throw new Error(`${node} is not as expected after ${withinMs / 1000} s: ${JSON.stringify(last)}`);
  }
  return last!;
}
