import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { policyPack } from "./pack";
import { contextOf, knownFrom, NAMESPACE, today, type Known } from "./settings";

/** The stack's config, which the engine passes to packs as it does to programs. */
function config(): Record<string, unknown> {
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(`${NAMESPACE}:`));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(NAMESPACE.length + 1), value]));
}

/** The stack's name; none while the pack is published. */
function stack(): { readonly stack?: string } {
  const name = process.env.PULUMI_NODEJS_STACK;
  return name === undefined || name === "" ? {} : { stack: name };
}

const known: Known = { ...stack(), ...knownFrom(config()), today: today() };

new PolicyPack(
  "ape-deploy",
  policyPack((parameters) => contextOf({ ...known, parameters })),
);
