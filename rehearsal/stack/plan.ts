import * as pulumi from "@pulumi/pulumi";
import { deployApe } from "../../stacks/ape";
import { PROJECT } from "../../stacks/config/load";
import type { StackPlan } from "../../stacks/plan";
import { record } from "../../planning/record";
import { withSubstitutes } from "./substituted-plan";
import type { Substitutes } from "./substitutes";
import type { LocalRegistry, LocalStack } from "./local-stack";
import { computedValues } from "./computed-values";
import { imageName, registryHost, type ApiImages } from "../build/api-images";
import { stackOf } from "./translate";

/** Runs the program as `pulumi up` would and translates its resources. The same seed yields the same secrets. */
export async function localStack(plan: StackPlan, seed: string, substitutes: Substitutes = {}): Promise<LocalStack> {
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
  return { ...stackOf(spec.cloud, spec.stack, spec.region, resources), ...local(plan, substitutes) };
}

/** What the substitutes add to a stack. */
export function local(
  { spec }: StackPlan,
  { neo4j, apiImages }: Substitutes,
): Partial<Pick<LocalStack, "archives" | "registry">> {
  return {
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
