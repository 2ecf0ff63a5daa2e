import { join } from "node:path";
import type { NodeFile } from "../model/role";
import { renderScript } from "../node/script";
import { ASK, SERVER } from "./console";

/** Restarts this node's server when the cluster can spare it. */
export const RESTART_SCRIPT = "/usr/local/sbin/ape-neo4j-restart";
/** Replaces a member whose disk was lost by the server that has its address now. */
export const READMIT_SCRIPT = "/usr/local/sbin/ape-neo4j-readmit";

/** Scripts that an operator runs. */
export function operationsFiles(clustered: boolean): NodeFile[] {
  return [
    { path: RESTART_SCRIPT, mode: "0755", content: clustered ? memberScript("restart-member") : restartScript() },
    ...(clustered ? [{ path: READMIT_SCRIPT, mode: "0755", content: memberScript("readmit") }] : []),
  ];
}

function restartScript(): string {
  return renderScript(join(__dirname, "scripts/restart.sh"), SERVER.variables, SERVER.functions);
}

function memberScript(name: string): string {
  return renderScript(join(__dirname, `scripts/${name}.sh`), { ASK });
}
