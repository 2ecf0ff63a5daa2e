import { createHash } from "node:crypto";
import { bootstrapKey, orderKey } from "../../../components/model/bootstrap-keys";
import { parseOrder, renderOrder, type NodeOrder } from "../../../components/node/roll/order";
import type { LocalStack, StoredObject } from "../../stack/local-stack";

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
  const sha256 = createHash("sha256").update(content).digest("hex");
  const object = orderObject(stack, node)!;
  return {
    ...stack,
    objects: [
      ...stack.objects.filter((each) => each !== object),
      { ...object, content: renderOrder({ ...order, bootstrap: sha256 }, "live") },
      { ...bundle, key: bootstrapKey(sha256), content },
    ],
  };
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
