import { BACKUP_RETENTION_DAYS } from "../../stacks/tiers";
import { atLeast, type Context } from "../context";
import { AWS_INSTANCE } from "../machines";
import { DATA_SERVICES } from "../../components/model/role";
import { diskHost, membersOf } from "../members";
import { fault, resourceRule, stackRule, unless, type Rule } from "../rule";
import type { StackResource, StackView } from "../subject";
import type { ResourceValues } from "../values";

const AWS_BUCKET = "aws:s3/bucket:Bucket";
const AWS_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const GCP_BUCKET = "gcp:storage/bucket:Bucket";
const OBJECTS = [
  "aws:s3/bucketObjectv2:BucketObjectv2",
  "aws:s3/bucketObject:BucketObject",
  "gcp:storage/bucketObject:BucketObject",
];
const DAY_SECONDS = 86_400;

const RETENTION = "backup-retention";
const days = (context: Context): number => atLeast(context, RETENTION, "days", BACKUP_RETENTION_DAYS);

/** Whether a bucket holds backups, judged by its name. */
function holdsBackups(bucket: string): boolean {
  return /backup/i.test(bucket);
}

const TARGET = stackRule({
  name: "backup-target",
  description: "A stack with data services has a protected backup bucket.",
  why: "Replication also replicates mistakes: a dropped table exists only in the backups.",
  severity: "critical",
  ids: ["CKV2_AWS_9"],
  fix: "Create a backup bucket with the `protect` option.",
  judge: (stack) => {
    const services = DATA_SERVICES.filter((service) => membersOf(stack, service).length > 0);
    const buckets = stack.of(AWS_BUCKET, GCP_BUCKET).filter((bucket) => holdsBackups(bucketName(bucket)));
    if (services.length === 0) {
      return [];
    }
    if (buckets.length === 0) {
      return services.map((service) => ({ message: `${service} has no backup target: there is no backup bucket` }));
    }
    return buckets
      .filter(({ protect }) => !protect)
      .map((bucket) => fault(bucket, "holds backups and is not protected"));
  },
});

const REACHED = stackRule({
  name: "backup-granted",
  description: "Each member of a data service may write to the backup bucket. TimescaleDB's witnesses are exempt.",
  why: "Without the permission the node's backups fail, and only the missed-backup alarm reveals it, days later.",
  severity: "high",
  ids: [],
  fix: "Grant the node's role or service account write access to its prefix in the backup bucket.",
  judge: (stack) => {
    const buckets = stack.of(AWS_BUCKET, GCP_BUCKET).map(bucketName).filter(holdsBackups);
    if (buckets.length === 0) {
      return [];
    }
    return DATA_SERVICES.flatMap((service) => {
      const members = membersOf(stack, service);
      const nodes = members.map((member) => diskHost(stack, member) ?? member);
      const without = nodes.filter((node) => {
        const granted = node.type === AWS_INSTANCE ? awsGrants(stack, node) : gcpGrants(stack, node);
        return !buckets.some((bucket) => granted.some((grant) => grant.includes(bucket)));
      });
      // One of every three members of TimescaleDB is a witness, which only votes.
      const witnesses = service === "timescaledb" ? Math.floor(members.length / 3) : 0;
      return without.length <= witnesses
        ? []
        : without.map((node) => fault(node, `a member of ${service}, may not write to ${buckets.join(" or ")}`));
    });
  },
});

const RETAINED = resourceRule({
  name: RETENTION,
  description: `Every setting of backup retention is at least ${BACKUP_RETENTION_DAYS} days.`,
  why: "Data errors are often found weeks later; by then expired backups can't help.",
  severity: "high",
  ids: ["CKV_AWS_166"],
  fix: `Set \`backupRetentionDays\` to ${BACKUP_RETENTION_DAYS} or more. It applies to buckets, pgBackRest and snapshots.`,
  parameters: {
    days: {
      type: "integer",
      minimum: BACKUP_RETENTION_DAYS,
      maximum: 3650,
      default: BACKUP_RETENTION_DAYS,
      description: "Minimum backup retention in days.",
    },
  },
  types: [
    AWS_LIFECYCLE,
    GCP_BUCKET,
    ...OBJECTS,
    "aws:backup/plan:Plan",
    "aws:dlm/lifecyclePolicy:LifecyclePolicy",
    "gcp:compute/resourcePolicy:ResourcePolicy",
  ],
  judge: ({ type, values }, context) =>
    retentions(type, values).flatMap(({ what, days: kept }) =>
      unless(kept >= days(context), `${what} are retained for ${kept} days, not ${days(context)}`),
    ),
});

const LIVE = resourceRule({
  name: "backup-objects-live",
  description: "No lifecycle rule deletes current objects in the backup bucket.",
  why: "An incomplete repository is useless: yesterday's incremental backup depends on an older full backup.",
  severity: "critical",
  ids: [],
  fix: "Expire noncurrent versions only. The backup tool deletes the backups that it no longer needs.",
  types: [AWS_LIFECYCLE, GCP_BUCKET],
  judge: ({ type, values }) => {
    if (!holdsBackups(values.text(type === AWS_LIFECYCLE ? "bucket" : "name") ?? "")) {
      return [];
    }
    const deletes =
      type === AWS_LIFECYCLE
        ? values
            .list("rules")
            .some(
              (rule) =>
                rule.text("status") !== "Disabled" &&
                (rule.get("expiration.days") !== undefined || rule.get("expiration.date") !== undefined),
            )
        : values
            .list("lifecycleRules")
            .some((rule) => rule.text("action.type") === "Delete" && !isNoncurrentOnly(rule));
    return unless(!deletes, "a lifecycle rule deletes current objects");
  },
});

const FORCE = resourceRule({
  name: "backup-bucket-not-forced",
  description: "The backup bucket can't be deleted while it holds objects.",
  why: "`forceDestroy` deletes every backup without confirmation, at the moment when the database is deleted too.",
  severity: "critical",
  ids: [],
  fix: "Leave `forceDestroy` off for the backup bucket.",
  types: [AWS_BUCKET, GCP_BUCKET],
  judge: ({ type, values }) =>
    unless(
      !(
        holdsBackups(values.text(type === AWS_BUCKET ? "bucket" : "name") ?? "") && values.flag("forceDestroy") === true
      ),
      "holds backups and has forceDestroy set",
    ),
});

/** Rules on backups: what a restore needs. */
export const BACKUP_RULES: readonly Rule[] = [TARGET, REACHED, RETAINED, LIVE, FORCE];

function bucketName({ type, values }: StackResource): string {
  return values.text(type === AWS_BUCKET ? "bucket" : "name") ?? "";
}

/** Policies of the role that an instance runs as. */
function awsGrants(stack: StackView, node: StackResource): string[] {
  const roles = node.references("iamInstanceProfile").flatMap((profile) => profile.references("role"));
  return roles
    .flatMap((role) => stack.referring("aws:iam/rolePolicy:RolePolicy", "role", role))
    .flatMap(({ values }) => values.text("policy") ?? [])
    .filter((policy) => policy.includes("s3:PutObject"));
}

/** Buckets that the instance's service account may write to. */
function gcpGrants(stack: StackView, node: StackResource): string[] {
  return node
    .references("serviceAccount")
    .flatMap((account) => stack.referring("gcp:storage/bucketIAMMember:BucketIAMMember", "member", account))
    .filter(({ values }) => /object(User|Admin|Creator)$/.test(values.text("role") ?? ""))
    .map(({ values }) => values.text("bucket") ?? "");
}

/** Something that expires, and after how many days. */
interface Retention {
  readonly what: string;
  readonly days: number;
}

/** The retention that a resource sets. */
function retentions(type: string, values: ResourceValues): Retention[] {
  switch (type) {
    case AWS_LIFECYCLE:
      return holdsBackups(values.text("bucket") ?? "")
        ? values.list("rules").map((rule) => ({
            what: "deleted backups",
            days: rule.number("noncurrentVersionExpiration.noncurrentDays") ?? Infinity,
          }))
        : [];
    case GCP_BUCKET:
      return holdsBackups(values.text("name") ?? "")
        ? values
            .list("lifecycleRules")
            .filter((rule) => rule.text("action.type") === "Delete" && isNoncurrentOnly(rule))
            .map((rule) => ({
              what: "deleted backups",
              days: rule.number("condition.daysSinceNoncurrentTime") ?? rule.number("condition.age") ?? 0,
            }))
        : [];
    case "aws:backup/plan:Plan":
      return values.list("rules").map((rule) => ({
        what: "recovery points",
        days: rule.number("lifecycle.deleteAfter") ?? Infinity,
      }));
    case "aws:dlm/lifecyclePolicy:LifecyclePolicy":
      return values.list("policyDetails.schedules").map((schedule) => ({ what: "snapshots", days: dlmDays(schedule) }));
    case "gcp:compute/resourcePolicy:ResourcePolicy":
      return values.has("snapshotSchedulePolicy")
        ? [
            {
              what: "snapshots",
              days: values.number("snapshotSchedulePolicy.retentionPolicy.maxRetentionDays") ?? Infinity,
            },
          ]
        : [];
    default:
      return pgBackRestDays(values.text("content") ?? "").map((days) => ({ what: "pgBackRest's backups", days }));
  }
}

function isNoncurrentOnly(rule: ResourceValues): boolean {
  return (
    rule.has("condition.daysSinceNoncurrentTime") ||
    rule.has("condition.numNewerVersions") ||
    rule.text("condition.withState") === "ARCHIVED"
  );
}

/** Days that a snapshot schedule covers: a retention interval, or a number of snapshots times the schedule's interval. */
function dlmDays(schedule: ResourceValues): number {
  const unit: Readonly<Record<string, number>> = { DAYS: 1, WEEKS: 7, MONTHS: 30, YEARS: 365 };
  const interval = schedule.number("retainRule.interval");
  if (interval !== undefined) {
    return interval * (unit[schedule.text("retainRule.intervalUnit") ?? "DAYS"] ?? 1);
  }
  const hours = schedule.number("createRule.interval") ?? 24;
  return ((schedule.number("retainRule.count") ?? 0) * hours * 3600) / DAY_SECONDS;
}

/** Retention in days from pgBackRest settings in a node's files. */
function pgBackRestDays(content: string): number[] {
  return [...content.matchAll(/^repo\d+-retention-full=(\d+)$/gm)].map(([, text]) => Number(text));
}
