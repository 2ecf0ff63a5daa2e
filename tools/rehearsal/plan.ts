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
import type { Neo4jArchive } from "./neo4j/archive";
import { Resources } from "./resources";

/**
 * Runs the program as an update would and reads what it registered. The same seed always makes the same secrets. Without
 * an archive of Neo4j's packages its nodes get listeners instead of a database.
 */
export async function localStack(plan: StackPlan, seed: string, neo4j?: Neo4jArchive): Promise<LocalStack> {
  const { spec } = plan;
  const { resources } = await record(
    () => deployApe(withoutAbsent(plan, neo4j), { kubeconfig: pulumi.secret("none") }),
    {
      project: PROJECT,
      organization: "organization",
      stack: spec.stack,
      preview: false,
      made: made(seed),
      reveal: true,
    },
  );
  const read = { aws: awsStack, gcp: gcpStack }[spec.cloud];
  const stack = read(spec.stack, spec.region, new Resources(resources));
  return neo4j === undefined
    ? stack
    : { ...stack, archives: [{ host: new URL(spec.neo4j.packages).host, directory: neo4j.directory }] };
}
