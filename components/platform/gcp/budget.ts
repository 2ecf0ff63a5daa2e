import * as billing from "@pulumi/gcp/billing";
import * as monitoring from "@pulumi/gcp/monitoring";
import type * as pulumi from "@pulumi/pulumi";
import { THRESHOLDS } from "../thresholds";
import type { BudgetSpec, StackContext } from "../platform";
import { labels } from "./labels";

/**
 * A monthly budget for resources with the stack's label. It belongs to a billing account and is created only if one is
 * configured. Notifies the billing account's administrators and the given addresses.
 */
export function gcpBudget(context: StackContext, spec: BudgetSpec, opts: pulumi.CustomResourceOptions): void {
  if (spec.billingAccount === "") {
    return;
  }
  const channels = spec.emails.map(
    (email, index) =>
      new monitoring.NotificationChannel(
        `${spec.name}-${index + 1}`,
        {
          displayName: `${context.prefix} ${spec.name}: ${email}`,
          type: "email",
          labels: { email_address: email },
          userLabels: labels(context, spec.name),
        },
        opts,
      ),
  );
  new billing.Budget(
    spec.name,
    {
      billingAccount: spec.billingAccount,
      displayName: `${context.prefix}-${spec.name}`,
      amount: { specifiedAmount: { currencyCode: "USD", ...money(spec.usd) } },
      // Google Cloud filters by one label only; "environment" identifies the stack.
      budgetFilter: { labels: { environment: context.labels.environment! } },
      thresholdRules: THRESHOLDS.map(({ percent, spent }) => ({
        thresholdPercent: percent / 100,
        spendBasis: spent ? "CURRENT_SPEND" : "FORECASTED_SPEND",
      })),
      ...(channels.length === 0
        ? {}
        : { allUpdatesRule: { monitoringNotificationChannels: channels.map((channel) => channel.id) } }),
    },
    opts,
  );
}

/** Dollars in Google Cloud's format: whole units as text, the fraction in billionths. */
function money(usd: number): { units: string; nanos: number } {
  const cents = Math.round(usd * 100);
  return { units: String(Math.floor(cents / 100)), nanos: (cents % 100) * 10_000_000 };
}
