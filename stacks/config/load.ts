import * as pulumi from "@pulumi/pulumi";
import { CLOUDS, type Cloud } from "../../components/model/cloud";
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

/** Internal to Pulumi: the public API only reports whether a value is encrypted together with the value. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(this: void, key: string): boolean };

/** A stack's config and the stack's name. */
export interface ConfigInput extends Written {
  readonly organization: string;
  /** Default: `PROJECT`. */
  readonly project?: string;
  readonly stack: string;
}

/** Turns a stack's config into its frozen spec. Pure. Throws ConfigError with every problem. */
export function parseConfig(input: ConfigInput): StackSpec {
  const { values, problems } = readKeys(input);
  const all = [...stackName(input.stack), ...problems, ...applyRules(values)];
  if (all.length > 0) {
    throw new ConfigError(input.stack, all);
  }
  const { organization, project = PROJECT, stack } = input;
  return deepFreeze(resolve(values as Values, { organization, project, stack }));
}

/** Parses the running program's config. Throws one pulumi.RunError with every problem. */
export function loadConfig(): StackSpec {
  const project = pulumi.getProject();
  const values = configOf(project);
  try {
    return parseConfig({
      organization: pulumi.getOrganization(),
      project,
      stack: pulumi.getStack(),
      values: { ...values, ...inheritedAccount(values) },
      secretKeys: Object.keys(values).filter((name) => isConfigSecret(`${project}:${name}`)),
    });
  } catch (error) {
    throw error instanceof ConfigError ? new pulumi.RunError(error.message) : error;
  }
}

/** The account that the cloud's own provider is configured with; used when the config names none. */
const PROVIDER_ACCOUNT: Readonly<Record<Cloud, () => string | undefined>> = {
  aws: () => undefined,
  gcp: () => new pulumi.Config("gcp").get("project"),
};

function inheritedAccount({ cloud, account }: Readonly<Record<string, string>>): { account?: string } {
  const known = CLOUDS.find((each) => each === cloud);
  const inherited = known === undefined || account ? undefined : PROVIDER_ACCOUNT[known]();
  return inherited === undefined ? {} : { account: inherited };
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
          reason: "the names of buckets and service accounts start with the stack's name",
          allowed: "1 to 20 of a-z, 0-9 and -, a letter first",
          example: "pulumi stack init dev",
        },
      ];
}
