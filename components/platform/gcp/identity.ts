import { createHash } from "node:crypto";
import * as secretmanager from "@pulumi/gcp/secretmanager";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as storage from "@pulumi/gcp/storage";
import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../model/role";
import type { StackContext } from "../platform";
import type { GcpBucket } from "./bucket";
import type { GcpSecret } from "./secret";

export interface IdentityArgs {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly grants: readonly Grant[];
}

/** What of the stack a node's rights refer to. */
export interface Holdings {
  readonly secrets: ReadonlyMap<string, GcpSecret>;
  readonly buckets: ReadonlyMap<string, GcpBucket>;
}

/** Who a node is: a service account that may do what its roles declared, and nothing else. */
export interface Identity {
  readonly email: pulumi.Output<string>;
  /** Wait for these before the first boot. */
  readonly ready: pulumi.Resource[];
}

const BUCKET_ROLES: Readonly<Record<Grant["access"], string>> = {
  read: "roles/storage.objectViewer",
  write: "roles/storage.objectUser",
};

/** Rights are given on single secrets and buckets, never on the project. */
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
    { bucket: "bootstrap", prefix: `nodes/${args.name}`, access: "read" },
    { bucket: "bootstrap", prefix: "bootstrap/", access: "read" },
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
    // Listing is a right on the whole bucket: it shows names, and opens no object.
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

/** Everything below a prefix that ends in "/", otherwise one object: "nodes/redis-1" also begins "nodes/redis-10". */
function objectCondition(bucket: string, prefix: string): string {
  const objects = `"projects/_/buckets/${bucket}/objects/${prefix}"`;
  return prefix.endsWith("/") ? `resource.name.startsWith(${objects})` : `resource.name == ${objects}`;
}

const MAX_ACCOUNT_ID = 30;

/** A service account's id: 6 to 30 characters. Longer names end in a hash of themselves, so that two never meet. */
export function accountId(name: string): string {
  if (name.length <= MAX_ACCOUNT_ID) {
    return name;
  }
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `${name.slice(0, MAX_ACCOUNT_ID - hash.length - 1).replace(/-$/, "")}-${hash}`;
}
