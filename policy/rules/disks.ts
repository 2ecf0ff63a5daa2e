import { AWS_DISK, AWS_INSTANCE, AWS_TEMPLATE, DISKS, GCP_DISKS, GCP_INSTANCE, GCP_TEMPLATES } from "../machines";
import { resourceRule, unless, type Rule } from "../rule";

const PROTECTED = resourceRule({
  name: "data-disk-protected",
  description: "Data disks are protected: Pulumi refuses to delete them.",
  why: "A wrong rename, or one `pulumi destroy` in the wrong terminal, deletes the database otherwise.",
  severity: "critical",
  ids: [],
  fix: "Set the resource option `protect`, which `deletionProtection: true` does.",
  types: DISKS,
  judge: ({ protect }) => unless(protect, "is not protected"),
});

const RETAINED = resourceRule({
  name: "data-disk-retained",
  description: "Data disks stay in the cloud when they leave the stack.",
  why: "A disk that Pulumi forgets can be imported again; one that it deleted can't. The engine doesn't show this option to policies at preview; plans and states do.",
  severity: "high",
  ids: [],
  fix: "Set the resource option `retainOnDelete`, which `deletionProtection: true` does.",
  types: DISKS,
  judge: ({ retain }) => unless(retain ?? true, "is deleted when it leaves the stack"),
});

const ENCRYPTED = resourceRule({
  name: "aws-disk-encrypted",
  description: "Every EBS volume is encrypted, boot disks included.",
  why: "Snapshots and discarded disks are read by whoever gets hold of them.",
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
    return devices.flatMap((device) =>
      unless(device.flag("encrypted") === true, "starts with a disk that is not encrypted"),
    );
  },
});

const OWN_KEY = resourceRule({
  name: "aws-disk-own-key",
  description: "Data disks are encrypted with a key of the stack's own.",
  why: "AWS' default key can neither be withdrawn nor kept from others in the account.",
  severity: "medium",
  ids: ["CKV_AWS_189", "AWS-0027"],
  fix: "Set `kmsKeyId`.",
  types: [AWS_DISK],
  judge: ({ values }) => unless(values.has("kmsKeyId"), "is encrypted with AWS' default key"),
});

const GCP_KEY = resourceRule({
  name: "gcp-disk-configured-key",
  description: "Where the config names a key (`kmsKey`), it encrypts every disk.",
  why: "Who names a key relies on being able to withdraw it. Without one, Google's keys encrypt: docs/decisions/0006-google-keys.md.",
  severity: "high",
  ids: ["CKV_GCP_37", "CKV_GCP_38", "GCP-0033", "GCP-0034", "CIS GCP 4.7"],
  fix: "Set diskEncryptionKey.kmsKeySelfLink, on instances bootDisk.kmsKeySelfLink.",
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
    return keys.every(Boolean) ? [] : ["a disk is not encrypted with the key that the config names"];
  },
});

/** What keeps data from being lost or read with their disk. */
export const DISK_RULES: readonly Rule[] = [PROTECTED, RETAINED, ENCRYPTED, OWN_KEY, GCP_KEY];
