import { autoOr, emptyOr, listOf, number, refuse, text } from "../parsers";
import { key } from "./key";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** Google Cloud notifies at most five addresses of a budget (https://cloud.google.com/billing/docs/how-to/budgets-notification-recipients). */
const MAX_BUDGET_EMAILS = 5;

/** The budget and its alerts. */
export const COST_KEYS = {
  budgetUsd: key({
    type: "string",
    default: "auto",
    allowed: "auto (the tier's for the cloud) or a number above 0",
    example: "650",
    description: "Monthly budget in US dollars. The policies compare the stack's price with it.",
    parse: autoOr(number(Number.MIN_VALUE, Number.MAX_SAFE_INTEGER)),
  }),
  budgetEmails: key({
    type: "array",
    default: [],
    allowed: `a list of e-mail addresses, at most ${MAX_BUDGET_EMAILS}`,
    example: '["platform@example.com"]',
    description:
      "Addresses that the cloud notifies at 80 % and 100 % of budgetUsd and when its monthly forecast exceeds it. On aws an empty list means no alert.",
    parse: (value) => {
      const emails = listOf(text(EMAIL), 0)(value);
      return emails.length > MAX_BUDGET_EMAILS ? refuse(`the list has ${emails.length} addresses`) : emails;
    },
  }),
  billingAccount: key({
    type: "string",
    default: "",
    allowed: '"" (no budget alert on gcp) or the id of a Google Cloud billing account',
    example: "012345-6789AB-CDEF01",
    description: "Billing account that holds the budget alert on gcp. On aws the alert belongs to the account itself.",
    parse: emptyOr(text(/^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/)),
  }),
};
