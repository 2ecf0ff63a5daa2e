import assert from "node:assert/strict";
import { planResources } from "../../../planning/plan";
import { CELLS, planCell, type Cell } from "../../support/cells";

const cell = (name: string): Cell => CELLS.find((each) => each.name === name)!;

async function inputsOf(name: string, type: string, values: Readonly<Record<string, unknown>>): Promise<object[]> {
  const { resources } = await planResources(planCell(cell(name), values));
  return resources.filter((each) => each.type === type).map(({ inputs }) => inputs);
}

const AWS = "aws:budgets/budget:Budget";
const GCP = "gcp:billing/budget:Budget";
const CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel";

describe("the cloud's budget alert", function () {
  it("on AWS: the tier's amount, filtered by the stack's tags, with three notifications per address", async () => {
    const emails = ["a@example.com", "b@example.com"];
    const [budget, ...others] = await inputsOf("t3-aws-packed-ha", AWS, { budgetEmails: emails });
    assert.deepEqual(others, []);
    const { tags, ...rest } = budget as { tags: object };
    const notification = (notificationType: string, threshold: number): object => ({
      comparisonOperator: "GREATER_THAN",
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      subscriberEmailAddresses: emails,
    });
    assert.deepEqual(rest, {
      name: "ape-test-budget",
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: "500.00",
      limitUnit: "USD",
      filterExpression: {
        ands: [
          { tags: { key: "Project", values: ["ape"], matchOptions: ["EQUALS"] } },
          { tags: { key: "Environment", values: ["test"], matchOptions: ["EQUALS"] } },
        ],
      },
      notifications: [notification("ACTUAL", 80), notification("ACTUAL", 100), notification("FORECASTED", 100)],
    });
    assert.equal((tags as Record<string, string>).Tier, "t3");
  });

  it("on AWS: is not created without an address", async () => {
    assert.deepEqual(await inputsOf("t1-aws-packed-single", AWS, { budgetUsd: 99.5 }), []);
  });

  it("on Google Cloud: in the billing account, with one channel per address", async () => {
    const values = { billingAccount: "012345-6789AB-CDEF01", budgetEmails: ["a@example.com"], budgetUsd: 480.25 };
    assert.deepEqual(await inputsOf("t3-gcp-packed-ha", GCP, values), [
      {
        billingAccount: "012345-6789AB-CDEF01",
        displayName: "ape-test-budget",
        amount: { specifiedAmount: { currencyCode: "USD", units: "480", nanos: 250_000_000 } },
        budgetFilter: { labels: { environment: "test" } },
        thresholdRules: [
          { thresholdPercent: 0.8, spendBasis: "CURRENT_SPEND" },
          { thresholdPercent: 1, spendBasis: "CURRENT_SPEND" },
          { thresholdPercent: 1, spendBasis: "FORECASTED_SPEND" },
        ],
        allUpdatesRule: { monitoringNotificationChannels: ["[known after deployment]"] },
      },
    ]);
    const [channel] = await inputsOf("t3-gcp-packed-ha", CHANNEL, values);
    const { type, labels } = channel as { type: string; labels: object };
    assert.deepEqual([type, labels], ["email", { email_address: "a@example.com" }]);
  });

  it("on Google Cloud: is not created without a billing account", async () => {
    assert.deepEqual(await inputsOf("t3-gcp-packed-ha", GCP, { budgetEmails: ["a@example.com"] }), []);
  });
});
