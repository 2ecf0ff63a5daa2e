import type { Permission } from "./local-stack";
import type { Resources } from "./resources";

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: { readonly StringLike?: { readonly "s3:prefix"?: readonly string[] } };
}

const ACTIONS: Readonly<Record<string, Permission["action"]>> = {
  "s3:GetObject": "get",
  "s3:PutObject": "put",
  "s3:DeleteObject": "delete",
  "s3:ListBucket": "list",
  "secretsmanager:GetSecretValue": "secret",
};

/** Permissions from the planned policies of an instance profile's role. */
export function permissions(resources: Resources, profileName: string): Permission[] {
  const profile = resources.one<{ role: string }>(
    "aws:iam/instanceProfile:InstanceProfile",
    ({ name }) => name === profileName,
  );
  return resources
    .of<{ role: string; policy: string }>("aws:iam/rolePolicy:RolePolicy")
    .filter(({ inputs }) => inputs.role === profile.inputs.role)
    .flatMap(({ inputs }) => (JSON.parse(inputs.policy) as { Statement: Statement[] }).Statement)
    .flatMap((statement) =>
      statement.Action.flatMap((action) =>
        [statement.Resource].flat().flatMap((resource) => right(ACTIONS[action], resource, statement)),
      ),
    );
}

function right(action: Permission["action"] | undefined, resource: string, statement: Statement): Permission[] {
  switch (action) {
    case undefined:
      return [];
    case "secret":
      // Secrets Manager appends six random characters to every ARN.
      return [{ action, on: resource.split(":secret:")[1]!.replace(/-\?{6}$/, ""), prefix: "", exact: false }];
    case "list":
      return (statement.Condition?.StringLike?.["s3:prefix"] ?? ["*"]).map((prefix) => ({
        action,
        on: bucketAndKey(resource).bucket,
        prefix: prefix.replace(/\*$/, ""),
        exact: false,
      }));
    default: {
      const { bucket, key } = bucketAndKey(resource);
      return [{ action, on: bucket, prefix: key.replace(/\*$/, ""), exact: !key.endsWith("*") }];
    }
  }
}

function bucketAndKey(arn: string): { bucket: string; key: string } {
  const [, bucket, key = ""] = /^arn:aws:s3:::([^/]+)\/?(.*)$/s.exec(arn)!;
  return { bucket: bucket!, key };
}
