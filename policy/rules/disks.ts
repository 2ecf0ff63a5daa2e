import { AWS_DISK, AWS_INSTANCE, AWS_TEMPLATE, DISKS, GCP_DISKS, GCP_INSTANCE, GCP_TEMPLATES } from "../machines";
import { resourceRule, unless, type Rule } from "../rule";

const PROTECTED = resourceRule({
  name: "data-disk-protected",
  description: "Data disks are protected: Pulumi refuses to delete them.",
  why: "Otherwise a mistaken rename, or `pulumi destroy` in the wrong terminal, deletes the database.",
  severity: "critical",
  ids: [],
  fix: "Set the resource option `protect`; `deletionProtection: true` does so.",
  types: DISKS,
  judge: ({ protect }) => unless(protect, "is not protected"),
});

const RETAINED = resourceRule({
  name: "data-disk-retained",
  description: "Data disks are retained in the cloud when they are removed from the stack.",
  why: "A retained disk can be imported again; a deleted disk is lost. The engine does not show this option to policies; offline plans and exported states do.",
  severity: "high",
  ids: [],
  fix: "Set the resource option `retainOnDelete`; `deletionProtection: true` does so.",
  types: DISKS,
  judge: ({ retain }) => unless(retain ?? true, "is deleted when it is removed from the stack"),
});

const ENCRYPTED = resourceRule({
  name: "aws-disk-encrypted",
  description: "Every EBS volume is encrypted, boot disks included.",
  why: "Anyone who obtains an unencrypted snapshot or discarded disk can read it.",
  severity: "high",
  ids: ["CKV_AWS_3", "CKV_AWS_8", "CKV2_AWS_2", "AWS-0026", "AWS-0131", "EC2.3", "EC2.181"],
  fix: "Set `encrypted: true`.",
  types: [AWS_DISK, AWS_INSTANCE, AWS_TEMPLATE],
  judge: ({ type, values }) => {
    if (type === AWS_DISK) {
      return unless(values.flag("encrypted") === true, "is not encrypted");
    }
    const devices =
      type === AWS_INSTANCE
        ? [values.at("rootBlockDevice"), ...values.list("ebsBlockDevices")]
        : values.list("blockDeviceMappings").map((device) => device.at("ebs"));
    return devices.flatMap((device) => unless(device.flag("encrypted") === true, "has a disk that is not encrypted"));
  },
});

const OWN_KEY = resourceRule({
  name: "aws-disk-own-key",
  description: "Data disks are encrypted with a customer-managed key.",
  why: "Access to AWS' default key can't be revoked or restricted within the account.",
  severity: "medium",
  ids: ["CKV_AWS_189", "AWS-0027"],
  fix: "Set `kmsKeyId`.",
  types: [AWS_DISK],
  judge: ({ values }) => unless(values.has("kmsKeyId"), "is encrypted with AWS' default key"),
});

const GCP_KEY = resourceRule({
  name: "gcp-disk-configured-key",
  description: "If the config names a key (`kmsKey`), it encrypts every disk.",
  why: "Naming a key means relying on being able to revoke it. Without `kmsKey`, Google's keys are used: docs/decisions/0006-google-keys.md.",
  severity: "high",
  ids: ["CKV_GCP_37", "CKV_GCP_38", "GCP-0033", "GCP-0034", "CIS GCP 4.7"],
  fix: "Set `diskEncryptionKey.kmsKeySelfLink`; on instances `bootDisk.kmsKeySelfLink`.",
  types: [...GCP_DISKS, GCP_INSTANCE, ...GCP_TEMPLATES],
  judge: ({ type, values }, { kmsKey }) => {
    if (kmsKey === "") {
      return [];
    }
    const keys =
      type === GCP_INSTANCE
        ? [values.has("bootDisk.kmsKeySelfLink")]
        : (GCP_DISKS as readonly string[]).includes(type)
          ? [values.has("diskEncryptionKey.kmsKeySelfLink")]
          : values.list("disks").map((disk) => disk.has("diskEncryptionKey.kmsKeySelfLink"));
    return keys.every(Boolean) ? [] : ["a disk is not encrypted with the configured key"];
  },
});

/** Rules on disks: protection against loss and disclosure. */
export const DISK_RULES: readonly Rule[] = [PROTECTED, RETAINED, ENCRYPTED, OWN_KEY, GCP_KEY];
