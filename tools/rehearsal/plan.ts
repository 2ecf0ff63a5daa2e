import * as pulumi from "@pulumi/pulumi";
import { deployApe } from "../../stacks/ape";
import { PROJECT } from "../../stacks/config";
import type { StackPlan } from "../../stacks/plan";
import { record } from "../plan/record";
import { withoutAbsent } from "./absent";
import { awsStack } from "./aws";
import { gcpStack } from "./gcp";
import type { LocalStack } from "./local-stack";
import { made } from "./made";
import { Resources } from "./resources";

/** Runs the program as an update would and reads what it registered. The same seed always makes the same secrets. */
export async function localStack(plan: StackPlan, seed: string): Promise<LocalStack> {
  const { spec } = plan;
  const { resources } = await record(() => deployApe(withoutAbsent(plan), { kubeconfig: pulumi.secret("none") }), {
    project: PROJECT,
    organization: "organization",
    stack: spec.stack,
    preview: false,
    made: made(seed),
    reveal: true,
  });
  const read = { aws: awsStack, gcp: gcpStack }[spec.cloud];
  return read(spec.stack, spec.region, new Resources(resources));
}
