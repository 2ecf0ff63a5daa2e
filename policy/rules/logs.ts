import { atLeast } from "../context";
import { resourceRule, unless, type Rule } from "../rule";

const LOG_RETENTION = "aws-log-retention";
const DAYS = 365;

const RETENTION = resourceRule({
  name: LOG_RETENTION,
  description: `Log groups are kept for ${DAYS} days or more, and not for ever.`,
  why: "Break-ins are found after months; logs without an end are paid for for ever.",
  severity: "medium",
  ids: ["CKV_AWS_66", "CKV_AWS_338"],
  fix: `Set \`retentionInDays\` to ${DAYS}.`,
  parameters: {
    days: { type: "integer", minimum: DAYS, maximum: 3653, default: DAYS, description: "Days that logs must be kept." },
  },
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  judge: ({ values }, context) => {
    const days = values.number("retentionInDays") ?? 0;
    const least = atLeast(context, LOG_RETENTION, "days", DAYS);
    return unless(days >= least, days === 0 ? "is kept for ever" : `is kept for ${days} days, not ${least}`);
  },
});

const ALARM = resourceRule({
  name: "aws-alarm-acts",
  description: "Alarms tell somebody.",
  why: "An alarm without an action is a light in an empty room.",
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
  why: "Alarms name nodes, addresses and faults.",
  severity: "low",
  ids: ["CKV_AWS_26", "AWS-0095", "AWS-0136", "SNS.1"],
  fix: "Set `kmsMasterKeyId`.",
  types: ["aws:sns/topic:Topic"],
  judge: ({ values }) => unless(values.has("kmsMasterKeyId"), "is not encrypted"),
});

const VAULT = resourceRule({
  name: "aws-backup-vault-own-key",
  description: "Backup vaults are encrypted with a key of the stack's own.",
  why: "Reading a backup takes the key as well then.",
  severity: "medium",
  ids: ["CKV_AWS_166", "Backup.1"],
  fix: "Set `kmsKeyArn`.",
  types: ["aws:backup/vault:Vault"],
  judge: ({ values }) => unless(values.has("kmsKeyArn"), "is encrypted with AWS' default key"),
});

const BY_DEFAULT = resourceRule({
  name: "aws-encryption-by-default",
  description: "Encryption by default is not turned off.",
  why: "A disk that somebody makes by hand is not encrypted then.",
  severity: "medium",
  ids: ["CKV_AWS_106", "EC2.7"],
  fix: "Set `enabled: true`.",
  types: ["aws:ebs/encryptionByDefault:EncryptionByDefault"],
  judge: ({ values }) => unless(values.flag("enabled") !== false, "turns it off"),
});

/** What an account keeps for later. */
export const LOG_RULES: readonly Rule[] = [RETENTION, ALARM, TOPIC, VAULT, BY_DEFAULT];
