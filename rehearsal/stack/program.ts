/** The program as a rehearsal's engine runs it: the same, except that substitutes replace software that is not freely available. */
import { readFileSync } from "node:fs";
import { deployApe } from "../../stacks/ape";
import { loadStack } from "../../stacks/load";
import type { PendingOutputs } from "../../stacks/outputs";
import { withSubstitutes } from "./substituted-plan";
import type { Substitutes } from "./substitutes";

export = async (): Promise<PendingOutputs> => {
  const substitutes = JSON.parse(readFileSync(process.env.APE_REHEARSAL_SUBSTITUTES!, "utf8")) as Substitutes;
  return deployApe(withSubstitutes(loadStack(), substitutes), {});
};
