import * as pulumi from "@pulumi/pulumi";
import { deployApe } from "./stacks/ape";
import { loadStack } from "./stacks/load";
import type { PendingOutputs } from "./stacks/outputs";

/** The program: read the stack's config, deploy it, export its outputs. */
export = async (): Promise<PendingOutputs> => {
  const plan = loadStack();
  const kubeconfig = new pulumi.Config().getSecret("kubeconfig");
  return deployApe(plan, kubeconfig === undefined ? {} : { kubeconfig });
};
