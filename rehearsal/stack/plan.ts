import * as pulumi from "@pulumi/pulumi";
import { deployApe } from "../../stacks/ape";
import { PROJECT } from "../../stacks/config/load";
import type { StackPlan } from "../../stacks/plan";
import { record } from "../../planning/record";
import { withSubstitutes } from "./substituted-plan";
import type { Substitutes } from "./substitutes";
import { awsStack } from "./aws";
import { gcpStack } from "./gcp";
import type { LocalRegistry, LocalStack } from "./local-stack";
import { computedValues } from "./computed-values";
import { imageName, registryHost, type ApiImages } from "../build/api-images";
import { Resources } from "./resources";

/** Runs the program as an update would and reads what it registered. The same seed always makes the same secrets. */
export async function localStack(plan: StackPlan, seed: string, substitutes: Substitutes = {}): Promise<LocalStack> {
  const { neo4j, apiImages } = substitutes;
  const { spec } = plan;
  const { resources } = await record(
    () => deployApe(withSubstitutes(plan, substitutes), { kubeconfig: pulumi.secret("none") }),
    {
      project: PROJECT,
      organization: "organization",
      stack: spec.stack,
      preview: false,
      computed: computedValues(seed),
      reveal: true,
    },
  );
  const read = { aws: awsStack, gcp: gcpStack }[spec.cloud];
  const stack = read(spec.stack, spec.region, new Resources(resources));
  return {
    ...stack,
    ...(neo4j === undefined
      ? {}
      : { archives: [{ host: new URL(spec.neo4j.packages).host, directory: neo4j.directory }] }),
    ...(apiImages === undefined ? {} : { registry: registryOf(spec.api.image, apiImages) }),
  };
}

function registryOf(planned: string, { directory, digests }: ApiImages): LocalRegistry {
  const images = Object.entries(digests).map(([version, digest]) => [version, imageName(planned, digest)]);
  return { host: registryHost(planned), directory, images: Object.fromEntries(images) as LocalRegistry["images"] };
}
