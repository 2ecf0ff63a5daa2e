import * as kms from "@pulumi/aws/kms";
import type * as pulumi from "@pulumi/pulumi";
import type { StackContext } from "../platform";
import { protectedData } from "../options";
import { tags } from "./tags";

/** The key that a stack's disks, buckets and secrets are encrypted with. */
export interface EncryptionKey {
  readonly arn: pulumi.Input<string>;
  /** Plain pattern for identity policies: the key's own ARN is not known at preview. */
  readonly policy: { readonly resource: string; readonly aliases?: string };
}

/** The key from the stack's config, otherwise one of the stack's own, rotated yearly; it outlives the stack as its data does. */
export function encryptionKey(context: StackContext, opts: pulumi.CustomResourceOptions): EncryptionKey {
  if (context.kmsKey !== "") {
    return { arn: context.kmsKey, policy: { resource: context.kmsKey } };
  }
  const alias = `alias/${context.prefix}`;
  const key = new kms.Key(
    "encryption",
    {
      description: `Data of ${context.prefix}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: tags(context, "encryption"),
    },
    protectedData(context, opts),
  );
  new kms.Alias("encryption", { name: alias, targetKeyId: key.keyId }, { ...opts, deleteBeforeReplace: true });
  return { arn: key.arn, policy: { resource: `arn:aws:kms:${context.region}:*:key/*`, aliases: alias } };
}
