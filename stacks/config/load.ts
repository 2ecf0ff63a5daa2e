import * as pulumi from "@pulumi/pulumi";
import type { Values } from "./keys";
import { readKeys, type Written } from "./read";
import { ConfigError, shown, type Problem } from "./report";
import { resolve } from "./resolve";
import { applyRules } from "./rules/index";
import { deepFreeze } from "../freeze";
import type { StackSpec } from "./spec";

export { ConfigError, type Problem } from "./report";

/** The project's name, and the namespace of its keys. */
export const PROJECT = "ape-deploy";

/** Internal to Pulumi; what is public to ask whether a value is encrypted takes the value along. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(this: void, key: string): boolean };

/** A stack's config and where it belongs. */
export interface ConfigInput extends Written {
  readonly organization: string;
  /** Default: `PROJECT`. */
  readonly project?: string;
  readonly stack: string;
}

/** Turns a stack's config into its spec, frozen. Pure. Throws ConfigError with everything that is wrong. */
export function parseConfig(input: ConfigInput): StackSpec {
  const { values, problems } = readKeys(input);
  const all = [...stackName(input.stack), ...problems, ...applyRules(values)];
  if (all.length > 0) {
    throw new ConfigError(input.stack, all);
  }
  const { organization, project = PROJECT, stack } = input;
  return deepFreeze(resolve(values as Values, { organization, project, stack }));
}

/** The running program's config, parsed. Throws one pulumi.RunError with everything that is wrong. */
export function loadConfig(): StackSpec {
  const project = pulumi.getProject();
  const values = configOf(project);
  const inherited = values.cloud === "gcp" && !values.account ? new pulumi.Config("gcp").get("project") : undefined;
  try {
    return parseConfig({
      organization: pulumi.getOrganization(),
      project,
      stack: pulumi.getStack(),
      values: inherited === undefined ? values : { ...values, account: inherited },
      secretKeys: Object.keys(values).filter((name) => isConfigSecret(`${project}:${name}`)),
    });
  } catch (error) {
    throw error instanceof ConfigError ? new pulumi.RunError(error.message) : error;
  }
}

function configOf(namespace: string): Record<string, string> {
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(`${namespace}:`));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(namespace.length + 1), value]));
}

function stackName(stack: string): Problem[] {
  return /^[a-z][a-z0-9-]{0,19}$/.test(stack)
    ? []
    : [
        {
          key: "stack",
          value: shown(stack),
          reason: "the stack's name begins the names of buckets and service accounts",
          allowed: "1 to 20 of a-z, 0-9 and -, a letter first",
          example: "pulumi stack init dev",
        },
      ];
}
