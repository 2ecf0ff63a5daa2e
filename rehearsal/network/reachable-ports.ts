import type { Host } from "../stack/local-stack";
import { hostNamespace } from "./network";
import { run } from "../system/process";

/** Seconds after which a port that says nothing does not answer: a firewall drops, it doesn't refuse. */
const SILENT_SECONDS = 1;

/** The ports of one host that answer another host. Both need a place in the network. */
export async function openPorts(stack: string, from: Host, to: Host, ports: readonly number[]): Promise<number[]> {
  const script = `for port in "\${@:2}"; do
  (timeout ${SILENT_SECONDS} bash -c "</dev/tcp/$1/$port" 2>/dev/null && echo "$port") &
done
wait`;
  const command = ["bash", "-c", script, "reach", to.address, ...ports.map(String)];
  const answered = await run(["ip", "netns", "exec", hostNamespace(stack, from.name), ...command]);
  return answered
    .split("\n")
    .filter(Boolean)
    .map(Number)
    .sort((a, b) => a - b);
}
