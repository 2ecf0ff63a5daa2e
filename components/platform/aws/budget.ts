import * as budgets from "@pulumi/aws/budgets";
import type * as pulumi from "@pulumi/pulumi";
import { THRESHOLDS } from "../thresholds";
import type { BudgetSpec, StackContext } from "../platform";
import { tags } from "./tags";

/** Tags that identify the stack's costs. They must be activated as cost allocation tags in the billing account. */
const FILTERS = ["Project", "Environment"] as const;

/** A monthly budget for resources with the stack's tags. Created only if there are addresses to notify. */
export function awsBudget(context: StackContext, spec: BudgetSpec, opts: pulumi.CustomResourceOptions): void {
  if (spec.emails.length === 0) {
    return;
  }
  const own = tags(context, spec.name);
  new budgets.Budget(
    spec.name,
    {
      name: `${context.prefix}-${spec.name}`,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: spec.usd.toFixed(2),
      limitUnit: "USD",
      filterExpression: {
        ands: FILTERS.map((key) => ({ tags: { key, values: [own[key]!], matchOptions: ["EQUALS"] } })),
      },
      notifications: THRESHOLDS.map(({ percent, spent }) => ({
        comparisonOperator: "GREATER_THAN",
        notificationType: spent ? "ACTUAL" : "FORECASTED",
        threshold: percent,
        thresholdType: "PERCENTAGE",
        subscriberEmailAddresses: [...spec.emails],
      })),
      tags: own,
    },
    opts,
  );
}
