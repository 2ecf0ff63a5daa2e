import { BUDGET_ALERTS } from "../../budget-alerts";
import type { Values } from "../keys";
import type { Finding, Rule } from "./rule";

export const COST_RULES: readonly Rule[] = [
  { summary: "`billingAccount` is for gcp only.", needs: ["cloud", "billingAccount"], check: billingOfCloud },
];

function billingOfCloud({ cloud, billingAccount }: Values): Finding[] {
  return billingAccount === "" || BUDGET_ALERTS[cloud].inBillingAccount
    ? []
    : [
        {
          key: "billingAccount",
          value: billingAccount,
          reason: `cloud is ${cloud}, whose budgets do not use a billing account`,
          allowed: '""; a billing account with cloud gcp',
          example: 'billingAccount: ""',
        },
      ];
}
