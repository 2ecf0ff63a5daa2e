import { createHash } from "node:crypto";
import * as secretmanager from "@pulumi/gcp/secretmanager";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as storage from "@pulumi/gcp/storage";
import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../model/role";
import { ownStatus, readAtBoot } from "../../model/bootstrap-keys";
import type { StackContext } from "../platform";
import type { GcpBucket } from "./bucket";
import type { GcpSecret } from "./secret";

export interface IdentityArgs {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly grants: readonly Grant[];
}

/** The stack's secrets and buckets that a node's permissions refer to. */
export interface Holdings {
  readonly secrets: ReadonlyMap<string, GcpSecret>;
  readonly buckets: ReadonlyMap<string, GcpBucket>;
}

/** A node's identity: a service account with exactly the permissions that its roles declare. */
export interface Identity {
  readonly email: pulumi.Output<string>;
  /** Resources that must exist before the first boot. */
  readonly ready: pulumi.Resource[];
}

const BUCKET_ROLES: Readonly<Record<Grant["access"], string>> = {
  read: "roles/storage.objectViewer",
  write: "roles/storage.objectUser",
};

/** Permissions are granted on individual secrets and buckets, never on the project. */
export function identity(
  context: StackContext,
  holdings: Holdings,
  args: IdentityArgs,
  opts: pulumi.CustomResourceOptions,
): Identity {
  const account = new serviceaccount.Account(
    args.name,
    { accountId: accountId(`${context.prefix}-${args.name}`), displayName: `${context.prefix}: ${args.name}` },
    { ...opts, deleteBeforeReplace: true },
  );
  const ready: pulumi.Resource[] = args.secrets.map(
    (secret) =>
      new secretmanager.SecretIamMember(
        `${args.name}-${secret}`,
        {
          secretId: holdings.secrets.get(secret)!.secret.id,
          role: "roles/secretmanager.secretAccessor",
          member: account.member,
        },
        opts,
      ),
  );
  const grants: readonly Grant[] = [
    ...readAtBoot(args.name).map((prefix) => ({ bucket: "bootstrap", prefix, access: "read" }) as const),
    ...ownStatus(args.name).map((prefix) => ({ bucket: "bootstrap", prefix, access: "write" }) as const),
    ...args.grants,
  ];
  for (const { bucket, prefix, access } of grants) {
    const { name, bucket: resource } = holdings.buckets.get(bucket)!;
    ready.push(
      new storage.BucketIAMMember(
        `${args.name}-${bucket}-${prefix.replace(/\//g, "-").replace(/-$/, "")}`,
        {
          bucket: resource.name,
          role: BUCKET_ROLES[access],
          member: account.member,
          condition: {
            title: "own-objects",
            expression: objectCondition(name, prefix),
          },
        },
        opts,
      ),
    );
  }
  for (const bucket of new Set(args.grants.map((grant) => grant.bucket))) {
    // Listing applies to the whole bucket: it reveals names, but no content.
    ready.push(
      new storage.BucketIAMMember(
        `${args.name}-${bucket}-list`,
        {
          bucket: holdings.buckets.get(bucket)!.bucket.name,
          role: "roles/storage.legacyBucketReader",
          member: account.member,
        },
        opts,
      ),
    );
  }
  return { email: account.email, ready };
}

/** Everything below a prefix that ends in "/", otherwise a single object: "nodes/redis-1" is also a prefix of "nodes/redis-10". */
function objectCondition(bucket: string, prefix: string): string {
  const objects = `"projects/_/buckets/${bucket}/objects/${prefix}"`;
  return prefix.endsWith("/") ? `resource.name.startsWith(${objects})` : `resource.name == ${objects}`;
}

const MAX_ACCOUNT_ID = 30;

/** A service account's id: 6 to 30 characters. Longer names are cut and end in a hash of the full name, so that ids stay unique. */
export function accountId(name: string): string {
  if (name.length <= MAX_ACCOUNT_ID) {
    return name;
  }
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `${name.slice(0, MAX_ACCOUNT_ID - hash.length - 1).replace(/-$/, "")}-${hash}`;
}
