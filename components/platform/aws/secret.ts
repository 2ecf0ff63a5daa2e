import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import { secretPrefix } from "../../model/naming";
import type { Secret, SecretSpec, StackContext } from "../platform";
import { protectedData } from "../options";
import type { EncryptionKey } from "./encryption";
import { tags } from "./tags";

/** A secret in AWS Secrets Manager. */
export class AwsSecret implements Secret {
  readonly resource: secretsmanager.SecretVersion;
  readonly reference: pulumi.Output<string>;

  constructor(
    context: StackContext,
    key: EncryptionKey,
    spec: SecretSpec,
    value: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions,
  ) {
    const within = spec.keep ? protectedData(context, opts) : opts;
    const secret = new secretsmanager.Secret(
      spec.name,
      {
        name: `${secretPrefix(context)}${spec.name}`,
        kmsKeyId: key.arn,
        // A deleted secret's name stays reserved for its recovery window. Secrets that can be recreated need none.
        recoveryWindowInDays: spec.keep && context.protectData ? 30 : 0,
        tags: tags(context, spec.name),
      },
      { ...within, deleteBeforeReplace: true },
    );
    this.resource = new secretsmanager.SecretVersion(
      spec.name,
      { secretId: secret.id, secretString: pulumi.secret(value) },
      within,
    );
    this.reference = secret.arn;
  }
}
