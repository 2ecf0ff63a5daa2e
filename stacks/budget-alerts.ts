import type { Cloud } from "../components/model/cloud";
import type { StackSpec } from "./config/spec";

/** What a cloud requires to alert on a budget. */
interface BudgetAlerts {
  /** Whether budgets belong to a billing account, which the config must name. */
  readonly inBillingAccount: boolean;
  /** Whether a stack has an alert. */
  readonly isEnabled: (spec: Pick<StackSpec, "budgetEmails" | "billingAccount">) => boolean;
  /** Keys that enable it, for a notice. */
  readonly keys: string;
}

export const BUDGET_ALERTS: Readonly<Record<Cloud, BudgetAlerts>> = {
  aws: {
    inBillingAccount: false,
    isEnabled: ({ budgetEmails }) => budgetEmails.length > 0,
    keys: "budgetEmails",
  },
  gcp: {
    inBillingAccount: true,
    isEnabled: ({ billingAccount }) => billingAccount !== "",
    keys: "billingAccount, and budgetEmails",
  },
};
