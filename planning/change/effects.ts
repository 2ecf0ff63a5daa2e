import { isDeepStrictEqual } from "node:util";
import { AWS_DISK, AWS_INSTANCE, GCP_DISKS, GCP_INSTANCE } from "../../policy/machines";
import type { SideResource } from "./side";

/** What an update of a resource does to it. */
export type Effect = "replace" | "stop and start" | "update";

/** Inputs, as dotted paths, whose change has more effect than an update in place. */
interface Rule {
  readonly replace?: RegExp;
  readonly restart?: RegExp;
}

/**
 * How the providers react to the inputs that the program sets. Source: "Forces new resource" and the stop-and-start notes in
 * the documentation of the AWS and Google Cloud providers.
 */
const RULES: Readonly<Record<string, Rule>> = {
  [AWS_INSTANCE]: {
    replace:
      /^(ami|subnetId|privateIp|availabilityZone|associatePublicIpAddress|rootBlockDevice\.(encrypted|kmsKeyId))\b/,
    restart: /^(instanceType|userData|ebsOptimized)\b/,
  },
  // The boot script is metadata: it changes in place, and the next boot runs it.
  [GCP_INSTANCE]: {
    replace: /^(zone|networkInterfaces|canIpForward|scheduling\.provisioningModel|bootDisk)\b/,
    restart: /^(machineType|serviceAccount|shieldedInstanceConfig)\b/,
  },
  [AWS_DISK]: { replace: /^(availabilityZone|encrypted|kmsKeyId|snapshotId)\b/ },
  [GCP_DISKS[0]]: { replace: /^(zone|type|diskEncryptionKey|image|snapshot)\b/ },
  "aws:ec2/volumeAttachment:VolumeAttachment": { replace: /./ },
  "gcp:compute/attachedDisk:AttachedDisk": { replace: /./ },
  "gcp:compute/instanceTemplate:InstanceTemplate": { replace: /./ },
  "aws:ec2/vpc:Vpc": { replace: /^cidrBlock\b/ },
  "aws:ec2/subnet:Subnet": { replace: /^(cidrBlock|availabilityZone|vpcId)\b/ },
  "gcp:compute/subnetwork:Subnetwork": { replace: /^(ipCidrRange|region|network)\b/ },
  "aws:s3/bucket:Bucket": { replace: /^bucket\b/ },
  "gcp:storage/bucket:Bucket": { replace: /^(name|location)\b/ },
};

/** The effect of an update of a resource that changes these inputs. */
export function effectOf(type: string, paths: readonly string[]): Effect {
  const { replace, restart } = RULES[type] ?? {};
  const touches = (rule: RegExp | undefined): boolean => rule !== undefined && paths.some((path) => rule.test(path));
  return touches(replace) ? "replace" : touches(restart) ? "stop and start" : "update";
}

/** Whether an input holds labels, which change nothing but reports. Google Cloud's network tags are no labels. */
export function isLabel(path: string): boolean {
  return /(^|\.)(tags|labels|userLabels|resourceLabels)(\.|$)/.test(path) && !/^tags\.\d+$/.test(path);
}

/**
 * Dotted paths of the inputs that differ, without those that the engine ignores. Of a value that the cloud assigns, which is
 * unknown on both sides, the resource that it comes from is compared.
 */
export function changedInputs(before: SideResource, after: SideResource): string[] {
  const rewired = Object.keys(after.references).filter(
    (key) => !isDeepStrictEqual(sorted(before.references[key]), sorted(after.references[key])),
  );
  return [...new Set([...differing(before.inputs, after.inputs, ""), ...rewired])].filter(
    (path) => !after.ignoreChanges.some((ignored) => path === ignored || path.startsWith(`${ignored}.`)),
  );
}

function sorted(urns: readonly string[] = []): string[] {
  return [...urns].sort();
}

function differing(before: unknown, after: unknown, path: string): string[] {
  if (isDeepStrictEqual(before, after)) {
    return [];
  }
  if (!isObject(before) || !isObject(after)) {
    return [path];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .flatMap((key) => differing(before[key], after[key], path === "" ? key : `${path}.${key}`));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
