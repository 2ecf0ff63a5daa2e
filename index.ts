import * as pulumi from "@pulumi/pulumi";
import { deployApe } from "./stacks/ape";
import { loadStack } from "./stacks/load";
import { notices } from "./stacks/notices";
import type { PendingOutputs } from "./stacks/outputs";

/** The program: read the stack's config, say what its owner must know, deploy it, export its outputs. */
export = async (): Promise<PendingOutputs> => {
  const plan = loadStack();
  notices(plan.spec).forEach((notice) => void pulumi.log.warn(notice));
  const kubeconfig = new pulumi.Config().getSecret("kubeconfig");
  return deployApe(plan, kubeconfig === undefined ? {} : { kubeconfig });
};
