import { statementsOf } from "../iam";
import { resourceRule, unless, type Rule } from "../rule";

const KEY = "aws:kms/key:Key";
const GCP_KEY = "gcp:kms/cryptoKey:CryptoKey";
/** 90 days, the CIS Google Cloud Benchmark's maximum. */
const ROTATION_SECONDS = 7_776_000;

const ROTATED = resourceRule({
  name: "key-rotated",
  description: "Keys rotate automatically: on AWS every year, on Google Cloud at least every 90 days.",
  why: "Rotation limits how much data an undetected key leak exposes.",
  severity: "medium",
  ids: ["CKV_AWS_7", "CKV_GCP_43", "AWS-0065", "GCP-0065", "CIS AWS 4.6", "CIS GCP 1.10"],
  fix: "Set `enableKeyRotation: true`; on Google Cloud `rotationPeriod` to 7776000s or less.",
  types: [KEY, GCP_KEY],
  judge: ({ type, values }) => {
    if (type === KEY) {
      const usage = values.text("keyUsage") ?? "ENCRYPT_DECRYPT";
      return unless(usage !== "ENCRYPT_DECRYPT" || values.flag("enableKeyRotation") === true, "is never rotated");
    }
    const seconds = Number((values.text("rotationPeriod") ?? "").replace(/s$/, "") || Infinity);
    return unless(seconds <= ROTATION_SECONDS, "is not rotated within 90 days");
  },
});

const KEPT = resourceRule({
  name: "key-protected",
  description: "Keys are protected, and have a deletion window of 30 days.",
  why: "Deleting a key makes everything it encrypted unreadable: disks, backups and secrets.",
  severity: "critical",
  ids: ["CKV_AWS_227", "CKV_GCP_82", "KMS.3"],
  fix: "Set the option `protect`, and on AWS `deletionWindowInDays: 30`.",
  types: [KEY, GCP_KEY],
  judge: ({ type, values, protect }) => [
    ...unless(protect, "is not protected"),
    ...unless(
      type !== KEY || (values.number("deletionWindowInDays") ?? 30) >= 30,
      "has a deletion window of less than 30 days",
    ),
    ...unless(type !== KEY || values.flag("isEnabled") !== false, "is disabled"),
  ],
});

const CONFINED = resourceRule({
  name: "aws-key-policy-named",
  description: "A key's policy names the principals that may use it.",
  why: "A key that anyone may use protects nothing.",
  severity: "critical",
  ids: ["CKV_AWS_33", "CKV2_AWS_64", "KMS.5"],
  fix: "Name the account or roles. Without a policy, AWS grants the key to the account only.",
  types: [KEY],
  judge: ({ values }) =>
    statementsOf(values, "policy").flatMap(({ effect, principals, condition }) =>
      unless(effect !== "Allow" || !principals.includes("*") || condition !== "", "allows its use to everyone"),
    ),
});

/** Rules on encryption keys. */
export const KEY_RULES: readonly Rule[] = [ROTATED, KEPT, CONFINED];
