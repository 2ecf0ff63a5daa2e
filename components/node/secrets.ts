import * as random from "@pulumi/random/randomPassword";
import * as pulumi from "@pulumi/pulumi";
import type { Platform, Secret } from "../platform/platform";
import type { SecretPlan } from "../model/secrets";

/** A secret in the store, with its fields for use within the stack. */
export interface StoredSecret extends Secret {
  readonly fields: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Generates a secret's random fields and stores all fields in the cloud's secret store as one JSON object. */
export function storeSecret(platform: Platform, plan: SecretPlan, opts: pulumi.CustomResourceOptions): StoredSecret {
  const fields: Record<string, pulumi.Output<string>> = {};
  for (const [name, field] of Object.entries(plan.fields)) {
    fields[name] =
      "text" in field ? pulumi.output(field.text) : randomText(`${plan.name}-${name}`, field.randomLength, opts);
  }
  const { resource, reference } = platform.secret(
    { name: plan.name, keep: plan.keep ?? false },
    pulumi.jsonStringify(fields),
    opts,
  );
  return { resource, reference, fields };
}

/** Letters and digits only, so that files and URLs need no quoting. */
function randomText(name: string, length: number, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  return new random.RandomPassword(name, { length, special: false }, opts).result;
}
