import { join } from "node:path";
import type { Placed } from "../model/role";
import { renderScript, type ScriptPart } from "../node/script";
import { handOverPart } from "./hand-over";
import type { RedisMode } from "./topology";

/** The script that stops redis-server; a master hands over first. */
export function stopScript(self: Placed, members: readonly Placed[], mode: RedisMode): string {
  const { functions, variables }: ScriptPart =
    mode === "single"
      ? { functions: [join(__dirname, "scripts/hand-over-single.sh")], variables: {} }
      : handOverPart(self, members, mode);
  return renderScript(join(__dirname, "scripts/stop.sh"), variables, functions);
}
