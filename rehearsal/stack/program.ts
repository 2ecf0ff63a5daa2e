/** The program as a rehearsal's engine runs it: the same, except that substitutes replace software that is not freely available. */
import { readFileSync } from "node:fs";
import { deployApe } from "../../stacks/ape";
import { loadStack } from "../../stacks/load";
import type { PendingOutputs } from "../../stacks/outputs";
import { withSubstitutes } from "./substituted-plan";
import type { Substitutes } from "./substitutes";

/** Environment variable with the path of a file that describes the substitutes. */
export const SUBSTITUTES_VARIABLE = "APE_REHEARSAL_SUBSTITUTES";

export const outputs = async (): Promise<PendingOutputs> => {
  const substitutes = JSON.parse(readFileSync(process.env[SUBSTITUTES_VARIABLE]!, "utf8")) as Substitutes;
  return deployApe(withSubstitutes(loadStack(), substitutes), {});
};
