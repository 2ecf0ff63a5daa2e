import * as pulumi from "@pulumi/pulumi";
import type { BudgetSpec, Platform } from "../platform/platform";

export interface BudgetArgs extends Omit<BudgetSpec, "name"> {
  readonly platform: Platform;
}

/**
 * The cloud's own alert on what the stack really costs. The policies compare the planned price with the same figure before
 * anything exists; this one sees traffic, growth and whatever else no plan knows.
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
