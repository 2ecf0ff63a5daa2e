import { join } from "node:path";
import type { Host } from "../stack/local-stack";
import { run } from "../system/process";
import { hostNamespace } from "./network";

/** Connection timeout in seconds. The firewall drops packets instead of refusing connections. */
const TIMEOUT_SECONDS = 1;
const SCRIPT = join(__dirname, "open-ports.sh");

/** The ports on which `to` accepts connections from `from`, sorted. Both hosts must be attached to the network. */
export async function openPorts(stack: string, from: Host, to: Host, ports: readonly number[]): Promise<number[]> {
  const command = ["bash", SCRIPT, to.address, String(TIMEOUT_SECONDS), ...ports.map(String)];
  const accepted = await run(["ip", "netns", "exec", hostNamespace(stack, from.name), ...command]);
  return accepted
    .split("\n")
    .filter(Boolean)
    .map(Number)
    .sort((a, b) => a - b);
}
