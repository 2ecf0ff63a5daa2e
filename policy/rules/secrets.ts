import type { Cloud } from "../../components/model/cloud";
import { cloudOfType } from "../cloud";
import { AWS_INSTANCE, AWS_TEMPLATE, GCP_INSTANCE, GCP_TEMPLATES } from "../machines";
import { resourceRule, stackRule, fault, unless, type Rule } from "../rule";
import { secretsIn } from "../secret-patterns";
import type { ResourceView } from "../subject";
import type { ResourceValues } from "../values";

const SECRET = "aws:secretsmanager/secret:Secret";
const GCP_SECRET = "gcp:secretmanager/secret:Secret";
const WORKLOADS = ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet"];
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const OBJECTS = ["aws:s3/bucketObjectv2:BucketObjectv2", "gcp:storage/bucketObject:BucketObject"];
const PERIOD_DAYS = 90;

/** The boot data of a machine, by property name. */
const BOOT_TEXTS: Readonly<Record<Cloud, (values: ResourceValues) => [name: string, text: string][]>> = {
  aws: (values) => named(values, ["userData", "userDataBase64"]),
  gcp: (values) => [...values.texts("metadata"), ...named(values, ["metadataStartupScript"])],
};

function named(values: ResourceValues, names: readonly string[]): [name: string, text: string][] {
  return names.map((name) => [name, values.text(name) ?? ""]);
}

const USER_DATA = resourceRule({
  name: "no-secret-in-user-data",
  description: "User data and metadata contain no secret, plain or base64-encoded.",
  why: "User data is readable by every process on the instance and by everyone who may describe it.",
  severity: "critical",
  ids: ["CKV_AWS_46", "AWS-0029"],
  fix: "Read the secret on the node from the secret store, with the node's identity.",
  types: [AWS_INSTANCE, AWS_TEMPLATE, GCP_INSTANCE, ...GCP_TEMPLATES],
  judge: ({ type, values }) => {
    const cloud = cloudOfType(type);
    return cloud === undefined ? [] : found(BOOT_TEXTS[cloud](values));
  },
});

const ENVIRONMENT = resourceRule({
  name: "no-secret-in-environment",
  description: "Container environments, ConfigMaps and bucket objects contain no secret.",
  why: "Anyone who may read pods or the bucket can read the secret.",
  severity: "critical",
  ids: [],
  fix: "Use a Kubernetes Secret (`secretRef`), or read the secret from the secret store.",
  types: [...WORKLOADS, CONFIG_MAP, ...OBJECTS],
  judge: (subject) => found(environment(subject)),
});

const OUTPUTS = stackRule({
  name: "no-secret-in-outputs",
  description: "Stack outputs contain no secret.",
  why: "Outputs are readable by every stack that references this one, and printed after each update.",
  severity: "critical",
  ids: [],
  fix: "Export the secret's name in the store instead.",
  judge: (stack) =>
    stack
      .of("pulumi:pulumi:Stack")
      .flatMap((root) => found(leaves(root.values)).map((message) => fault(root, message))),
});

const OWN_KEY = resourceRule({
  name: "aws-secret-own-key",
  description: "Secrets and parameters are encrypted with a customer-managed key.",
  why: "Reading a secret then also requires permission to use the key.",
  severity: "medium",
  ids: ["CKV_AWS_149", "CKV_AWS_337", "CKV2_AWS_34", "AWS-0098"],
  fix: "Set `kmsKeyId`; on parameters set `keyId` and type SecureString.",
  types: [SECRET, "aws:ssm/parameter:Parameter"],
  judge: ({ type, values }) =>
    type === SECRET
      ? unless(values.has("kmsKeyId"), "is encrypted with AWS' default key")
      : unless(
          values.text("type") === "SecureString" && values.has("keyId"),
          "is not a SecureString with a customer-managed key",
        ),
});

const ROTATION = resourceRule({
  name: "secret-rotation-period",
  description: `A secret with automatic rotation is rotated at least every ${PERIOD_DAYS} days.`,
  why: "A rotation schedule that never fires gives false confidence. This stack's secrets are rotated by a command.",
  severity: "low",
  ids: ["CKV2_AWS_57", "CKV_AWS_304", "SecretsManager.4"],
  fix: `Rotate at least every ${PERIOD_DAYS} days.`,
  types: ["aws:secretsmanager/secretRotation:SecretRotation", GCP_SECRET],
  judge: ({ type, values }) => {
    if (type === GCP_SECRET) {
      const period = values.text("rotation.rotationPeriod");
      return unless(
        period === undefined || Number(period.replace(/s$/, "")) <= PERIOD_DAYS * 86_400,
        `is rotated after more than ${PERIOD_DAYS} days`,
      );
    }
    const days = values.number("rotationRules.automaticallyAfterDays");
    const schedule = values.text("rotationRules.scheduleExpression");
    return unless(
      (days !== undefined && days <= PERIOD_DAYS) || schedule !== undefined,
      `is rotated after ${days ?? "no"} days`,
    );
  },
});

const GCP_KEY = resourceRule({
  name: "gcp-secret-configured-key",
  description: "If the config names a key (`kmsKey`), it encrypts every replica of a secret.",
  why: "Naming a key means relying on being able to revoke it. Without `kmsKey`, Google's keys are used: docs/decisions/0006-google-keys.md.",
  severity: "high",
  ids: [],
  fix: "Set `customerManagedEncryption` on each replica.",
  types: [GCP_SECRET],
  judge: ({ values }, { kmsKey }) => {
    const replicas = values.list("replication.userManaged.replicas");
    const isOwn =
      replicas.length > 0 && replicas.every((replica) => replica.has("customerManagedEncryption.kmsKeyName"));
    return unless(
      kmsKey === "" || isOwn || values.has("replication.auto.customerManagedEncryption.kmsKeyName"),
      "is not encrypted with the configured key",
    );
  },
});

const RECOVERABLE = resourceRule({
  name: "aws-secret-recoverable",
  description: "A deleted protected secret can be restored for at least 7 days.",
  why: "The backups' encryption key is a secret: without it the backups can't be read.",
  severity: "high",
  ids: [],
  fix: "Set `recoveryWindowInDays` to 7 or more.",
  types: [SECRET],
  judge: ({ values, protect }) => {
    const days = values.number("recoveryWindowInDays") ?? 30; // AWS' default
    return unless(!protect || days >= 7, `is permanently deleted ${days === 0 ? "at once" : `after ${days} days`}`);
  },
});

/** Rules on secrets: where they may be, and how they are stored. */
export const SECRET_RULES: readonly Rule[] = [USER_DATA, ENVIRONMENT, OUTPUTS, OWN_KEY, ROTATION, GCP_KEY, RECOVERABLE];

function found(texts: readonly (readonly [where: string, text: string])[]): string[] {
  return texts.flatMap(([where, text]) => secretsIn(text, where).map((kind) => `${kind} in ${where}`));
}

function environment({ type, values }: ResourceView): [string, string][] {
  if (type === CONFIG_MAP) {
    // A value that is known only after deployment is a certificate or an address; a secret would be marked as one.
    const data = values.at("data");
    return data.names().flatMap((name) => (data.isKnown(name) ? [[name, data.text(name) ?? ""]] : []));
  }
  if (OBJECTS.includes(type)) {
    return values.isKnown("content") ? [["content", values.text("content") ?? ""]] : [];
  }
  return values
    .list("spec.template.spec.containers")
    .flatMap((container) => container.list("env"))
    .filter((variable) => variable.isKnown("value"))
    .map((variable) => [variable.text("name") ?? "", variable.text("value") ?? ""]);
}

/** Every known text in nested values, with its path. */
function leaves(values: ResourceValues, prefix = ""): [string, string][] {
  return values.names().flatMap((name): [string, string][] => {
    if (!values.isKnown(name)) {
      return [];
    }
    const value = values.get(name);
    if (typeof value === "string") {
      return [[`${prefix}${name}`, value]];
    }
    return typeof value === "object" && value !== null ? leaves(values.at(name), `${prefix}${name}.`) : [];
  });
}
