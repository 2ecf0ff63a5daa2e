import * as pulumi from "@pulumi/pulumi";
import type { BudgetSpec, Platform } from "../platform/platform";

export interface BudgetArgs extends Omit<BudgetSpec, "name"> {
  readonly platform: Platform;
}

/**
 * The cloud's alert on the stack's actual cost. The policies compare the planned price with the same amount before
 * deployment; this alert also covers traffic, growth and everything else that a plan does not know.
 */
export class Budget extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:budget:Budget";

  constructor(name: string, args: BudgetArgs, opts: pulumi.ComponentResourceOptions) {
    const { platform, usd, emails, billingAccount } = args;
    super(Budget.__pulumiType, name, { usd }, opts);
    platform.budget({ name, usd, emails, billingAccount }, { parent: this });
    this.registerOutputs({ usd });
  }
}
