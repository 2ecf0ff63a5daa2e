import type { Cloud } from "../../../components/model/cloud";
import type { PurchaseOption } from "../../../cost/purchase/options";
import type { CloudResource } from "../../../cost/resource";

/** Resources whose price is calculated by hand. */
export interface Case {
  readonly what: string;
  readonly cloud: Cloud;
  readonly resources: readonly CloudResource[];
  readonly usage?: Readonly<Record<string, number>>;
  readonly option?: PurchaseOption;
  /** Each line's cents, calculated by hand in a comment. Lines are in order of URN, then of charges. */
  readonly cents: readonly number[];
}
