import * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../model/role";
import { bucketName, secretPrefix } from "../../model/naming";
import { ownStatus, readAtBoot } from "../../model/bootstrap-keys";
import type { StackContext } from "../platform";
import type { EncryptionKey } from "./encryption";
import { tags } from "./tags";

export interface IdentityArgs {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly grants: readonly Grant[];
}

/** A node's identity: an instance profile with exactly the permissions that its roles declare. */
export interface Identity {
  readonly profile: iam.InstanceProfile;
  /** Resources that must exist before the first boot. */
  readonly ready: pulumi.Resource[];
}

export function identity(
  context: StackContext,
  key: EncryptionKey,
  args: IdentityArgs,
  opts: pulumi.CustomResourceOptions,
): Identity {
  const role = new iam.Role(
    args.name,
    { assumeRolePolicy: JSON.stringify(ASSUMED_BY_EC2), tags: tags(context, args.name) },
    opts,
  );
  const policy = new iam.RolePolicy(
    args.name,
    { role: role.name, policy: JSON.stringify(identityPolicy(context, key.policy, args)) },
    opts,
  );
  const profile = new iam.InstanceProfile(args.name, { role: role.name }, opts);
  return { profile, ready: [policy, profile] };
}

interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const ASSUMED_BY_EC2 = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/** The account id is not known at preview; this condition restricts the wildcards to the stack's account. */
const OWN_ACCOUNT = { StringEquals: { "aws:ResourceAccount": "${aws:PrincipalAccount}" } };

const BUCKET_ACTIONS: Readonly<Record<Grant["access"], readonly string[]>> = {
  read: ["s3:GetObject", "s3:GetObjectVersion"],
  write: [
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:PutObjectTagging",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
  ],
};

/** Permission to read the given secrets only. */
export function secretStatements(
  context: Pick<StackContext, "prefix" | "region">,
  key: EncryptionKey["policy"],
  names: readonly string[],
): Statement[] {
  return [secrets(context, names), decrypt(context, key, ["kms:Decrypt"], ["secretsmanager"])];
}

function secrets(context: Pick<StackContext, "prefix" | "region">, names: readonly string[]): Statement {
  return {
    Sid: "Secrets",
    Effect: "Allow",
    Action: ["secretsmanager:GetSecretValue"],
    Resource: names.map(
      (secret) => `arn:aws:secretsmanager:${context.region}:*:secret:${secretPrefix(context)}${secret}-??????`,
    ),
    Condition: OWN_ACCOUNT,
  };
}

/** Use of the stack's key, only through the services that store its data. */
function decrypt(
  { region }: Pick<StackContext, "region">,
  key: EncryptionKey["policy"],
  actions: readonly string[],
  services: readonly string[],
): Statement {
  return {
    Sid: "Decrypt",
    Effect: "Allow",
    Action: actions,
    Resource: key.resource,
    Condition: {
      StringEquals: { "kms:ViaService": services.map((service) => `${service}.${region}.amazonaws.com`) },
      ...(key.aliases === undefined ? {} : { "ForAnyValue:StringEquals": { "kms:ResourceAliases": key.aliases } }),
    },
  };
}

/** The policy document of a node's identity. A plain value, so that policies can judge it at preview. Pure. */
export function identityPolicy(
  context: Pick<StackContext, "prefix" | "region" | "bucketSuffix">,
  key: EncryptionKey["policy"],
  args: IdentityArgs,
): { Version: string; Statement: Statement[] } {
  const arn = (purpose: string): string => `arn:aws:s3:::${bucketName(context, purpose)}`;
  const bootstrapObjects = (keys: readonly string[]): string[] =>
    keys.map((key) => `${arn("bootstrap")}/${key}${key.endsWith("/") ? "*" : ""}`);
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Bootstrap",
        Effect: "Allow",
        Action: ["s3:GetObject"],
        Resource: bootstrapObjects(readAtBoot(args.name)),
      },
      {
        Sid: "Status",
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:DeleteObject"],
        Resource: bootstrapObjects(ownStatus(args.name)),
      },
      secrets(context, args.secrets),
      decrypt(context, key, ["kms:Decrypt", "kms:GenerateDataKey"], ["s3", "secretsmanager"]),
      {
        Sid: "SessionManager", // these actions have no resource-level permissions
        Effect: "Allow",
        Action: [
          "ssm:UpdateInstanceInformation",
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        Resource: "*",
      },
      ...args.grants.flatMap((grant, index): Statement[] => [
        {
          Sid: `Objects${index}`,
          Effect: "Allow",
          Action: BUCKET_ACTIONS[grant.access],
          Resource: `${arn(grant.bucket)}/${grant.prefix}*`,
        },
        {
          Sid: `List${index}`,
          Effect: "Allow",
          Action: ["s3:ListBucket"],
          Resource: arn(grant.bucket),
          Condition: { StringLike: { "s3:prefix": [`${grant.prefix}*`] } },
        },
      ]),
    ],
  };
}
