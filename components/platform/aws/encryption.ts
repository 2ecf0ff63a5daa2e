import * as kms from "@pulumi/aws/kms";
import type * as pulumi from "@pulumi/pulumi";
import type { StackContext } from "../platform";
import { protectedData } from "../options";
import { tags } from "./tags";

/** The key that encrypts a stack's disks, buckets and secrets. */
export interface EncryptionKey {
  readonly arn: pulumi.Input<string>;
  /** Key pattern for identity policies, a plain value: the ARN of a new key is not known at preview. */
  readonly policy: { readonly resource: string; readonly aliases?: string };
}

/** The configured key, or a new one with yearly rotation. A new key is retained when the stack is destroyed, like the data. */
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
