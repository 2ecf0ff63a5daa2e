import { atLeast } from "../context";
import { resourceRule, unless, type Rule } from "../rule";

const LOG_RETENTION = "aws-log-retention";
const DAYS = 365;

const RETENTION = resourceRule({
  name: LOG_RETENTION,
  description: `Log groups have a retention of at least ${DAYS} days, but not unlimited.`,
  why: "Intrusions are often found after months; logs without expiry are billed indefinitely.",
  severity: "medium",
  ids: ["CKV_AWS_66", "CKV_AWS_338"],
  fix: `Set \`retentionInDays\` to ${DAYS}.`,
  parameters: {
    days: {
      type: "integer",
      minimum: DAYS,
      maximum: 3653,
      default: DAYS,
      description: "Minimum log retention in days.",
    },
  },
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  judge: ({ values }, context) => {
    const days = values.number("retentionInDays") ?? 0;
    const least = atLeast(context, LOG_RETENTION, "days", DAYS);
    return unless(days >= least, days === 0 ? "never expires" : `is retained for ${days} days, not ${least}`);
  },
});

const ALARM = resourceRule({
  name: "aws-alarm-acts",
  description: "Alarms have an action.",
  why: "An alarm without an action notifies no one.",
  severity: "medium",
  ids: ["CKV_AWS_319"],
  fix: "Set `alarmActions`, and leave `actionsEnabled` on.",
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
  judge: ({ values }) => [
    ...unless(values.flag("actionsEnabled") !== false, "its actions are off"),
    ...unless(values.has("alarmActions"), "has no action"),
  ],
});

const TOPIC = resourceRule({
  name: "aws-topic-encrypted",
  description: "Topics are encrypted.",
  why: "Alarm messages contain node names, addresses and faults.",
  severity: "low",
  ids: ["CKV_AWS_26", "AWS-0095", "AWS-0136", "SNS.1"],
  fix: "Set `kmsMasterKeyId`.",
  types: ["aws:sns/topic:Topic"],
  judge: ({ values }) => unless(values.has("kmsMasterKeyId"), "is not encrypted"),
});

const VAULT = resourceRule({
  name: "aws-backup-vault-own-key",
  description: "Backup vaults are encrypted with a customer-managed key.",
  why: "Reading a backup then also requires permission to use the key.",
  severity: "medium",
  ids: ["CKV_AWS_166", "Backup.1"],
  fix: "Set `kmsKeyArn`.",
  types: ["aws:backup/vault:Vault"],
  judge: ({ values }) => unless(values.has("kmsKeyArn"), "is encrypted with AWS' default key"),
});

const BY_DEFAULT = resourceRule({
  name: "aws-encryption-by-default",
  description: "EBS encryption by default is not disabled.",
  why: "Otherwise a manually created disk is not encrypted.",
  severity: "medium",
  ids: ["CKV_AWS_106", "EC2.7"],
  fix: "Set `enabled: true`.",
  types: ["aws:ebs/encryptionByDefault:EncryptionByDefault"],
  judge: ({ values }) => unless(values.flag("enabled") !== false, "disables encryption by default"),
});

/** Rules on logs, alarms and account-wide encryption. */
export const LOG_RULES: readonly Rule[] = [RETENTION, ALARM, TOPIC, VAULT, BY_DEFAULT];
