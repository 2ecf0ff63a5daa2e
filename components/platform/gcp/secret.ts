import * as secretmanager from "@pulumi/gcp/secretmanager";
import * as pulumi from "@pulumi/pulumi";
import { secretPrefix } from "../../model/naming";
import { protectedData } from "../options";
import type { Secret, SecretSpec, StackContext } from "../platform";
import { labels } from "./labels";

/** A secret in Google Secret Manager, replicated in the stack's region only. */
export class GcpSecret implements Secret {
  readonly secret: secretmanager.Secret;
  readonly resource: secretmanager.SecretVersion;
  readonly reference: pulumi.Output<string>;

  constructor(
    context: StackContext,
    spec: SecretSpec,
    value: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions,
  ) {
    const within = spec.keep ? protectedData(context, opts) : opts;
    const encryption = context.kmsKey === "" ? {} : { customerManagedEncryption: { kmsKeyName: context.kmsKey } };
    this.secret = new secretmanager.Secret(
      spec.name,
      {
        secretId: `${secretPrefix(context)}${spec.name}`,
        replication: { userManaged: { replicas: [{ location: context.region, ...encryption }] } },
        labels: labels(context, spec.name),
      },
      { ...within, deleteBeforeReplace: true },
    );
    this.resource = new secretmanager.SecretVersion(
      spec.name,
      { secret: this.secret.id, secretData: pulumi.secret(value) },
      within,
    );
    this.reference = this.secret.name;
  }
}
