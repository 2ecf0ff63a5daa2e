import { orderKey } from "../../components/model/bootstrap-keys";
import type { NodeOrder } from "../../components/node/roll/order";
import type { Judged } from "../record";

/** Start of the keys of all orders. */
const ORDERS = orderKey("");

/** The bootstrap that the planned order of each node, or group, names. */
export function wantedBootstraps(resources: readonly Pick<Judged, "inputs">[]): Map<string, string> {
  return new Map(
    resources.flatMap(({ inputs }) => {
      // AWS calls an object's key `key`, Google Cloud `name`.
      const key = [inputs.key, inputs.name].find(
        (each): each is string => typeof each === "string" && each.startsWith(ORDERS),
      );
      return key !== undefined && typeof inputs.content === "string"
        ? [[key.slice(ORDERS.length), (JSON.parse(inputs.content) as NodeOrder).bootstrap] as const]
        : [];
    }),
  );
}
