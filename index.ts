import * as pulumi from "@pulumi/pulumi";
import { deployApe } from "./stacks/ape";
import { loadStack } from "./stacks/load";
import { notices } from "./stacks/notices";
import type { PendingOutputs } from "./stacks/outputs";
import type { ApiSpec } from "./stacks/config/spec";

/** The program: reads the stack's config, logs its notices, deploys the stack and exports its outputs. */
export = async (): Promise<PendingOutputs> => {
  const plan = loadStack();
  notices(plan.spec).forEach((notice) => void pulumi.log.warn(notice));
  const kubeconfig = kubeconfigOf(plan.spec.api);
  return deployApe(plan, kubeconfig === undefined ? {} : { kubeconfig });
};

/** Credentials of an existing Kubernetes cluster, from another stack's output or from the config. */
function kubeconfigOf({ kubernetes }: ApiSpec): pulumi.Output<string> | undefined {
  const { cluster } = kubernetes ?? {};
  if (cluster?.kind === "existing" && cluster.kubeconfigStack !== "") {
    return pulumi.secret(new pulumi.StackReference(cluster.kubeconfigStack).requireOutput("kubeconfig").apply(String));
  }
  return new pulumi.Config().getSecret("kubeconfig");
}
