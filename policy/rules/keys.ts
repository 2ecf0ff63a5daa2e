import { statementsOf } from "../iam";
import { resourceRule, unless, type Rule } from "../rule";

const KEY = "aws:kms/key:Key";
const GCP_KEY = "gcp:kms/cryptoKey:CryptoKey";
/** 90 days. */
const ROTATION_SECONDS = 7_776_000;

const ROTATED = resourceRule({
  name: "key-rotated",
  description: "Keys are replaced by themselves: on AWS every year, on Google Cloud every 90 days.",
  why: "A key that leaked without notice is of use only until then.",
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
  description: "Keys are protected, and deleted after 30 days' notice only.",
  why: "What a deleted key encrypted is gone with it: disks, backups and secrets alike.",
  severity: "critical",
  ids: ["CKV_AWS_227", "CKV_GCP_82", "KMS.3"],
  fix: "Set the option `protect`, and on AWS `deletionWindowInDays: 30`.",
  types: [KEY, GCP_KEY],
  judge: ({ type, values, protect }) => [
    ...unless(protect, "is not protected"),
    ...unless(type !== KEY || (values.number("deletionWindowInDays") ?? 30) >= 30, "is gone in less than 30 days"),
    ...unless(type !== KEY || values.flag("isEnabled") !== false, "is disabled"),
  ],
});

const CONFINED = resourceRule({
  name: "aws-key-policy-named",
  description: "A key's policy names who may use it.",
  why: "A key for everybody encrypts for nobody.",
  severity: "critical",
  ids: ["CKV_AWS_33", "CKV2_AWS_64", "KMS.5"],
  fix: "Name the account or the roles; without a policy, AWS gives the key to the account only.",
  types: [KEY],
  judge: ({ values }) =>
    statementsOf(values, "policy").flatMap(({ effect, principals, condition }) =>
      unless(effect !== "Allow" || !principals.includes("*") || condition !== "", "allows its use to everybody"),
    ),
});

/** What encrypts. */
export const KEY_RULES: readonly Rule[] = [ROTATED, KEPT, CONFINED];
