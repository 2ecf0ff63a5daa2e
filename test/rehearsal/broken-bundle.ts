import { createHash } from "node:crypto";
import { bootstrapKey, orderKey } from "../../components/model/bootstrap-keys";
import { renderOrder, type NodeOrder } from "../../components/node/roll/order";
import type { StoredObject } from "../../rehearsal/stack/local-stack";

/** Makes the bootstrap of a Redis node install a package that does not exist. */
export function withoutPackage(objects: readonly StoredObject[], node: string): StoredObject[] {
  const order = objects.find(({ key }) => key === orderKey(node))!;
  const wanted = JSON.parse(order.content) as NodeOrder;
  const bundle = objects.find(({ key }) => key === bootstrapKey(wanted.bootstrap))!;
  const content = bundle.content.replace(/^(install_packages .*)\bredis-sentinel\b/m, "$1redis-absent");
  const sha256 = createHash("sha256").update(content).digest("hex");
  return [
    ...objects.filter((object) => object !== order),
    { ...order, content: renderOrder({ ...wanted, bootstrap: sha256 }, "live") },
    { ...bundle, key: bootstrapKey(sha256), content },
  ];
}
