import { existsSync, readdirSync, rmSync } from "node:fs";
import { removeControlGroups } from "./machine/control-groups";
import { detachDisks } from "./machine/disks";
import { processesIn, removeNetwork } from "./network/network";
import { stopBackground } from "./system/background";
import { stateOf, STATE } from "./system/paths";
import { attempt, until } from "./system/process";

/** Names of the stacks that are being rehearsed, including interrupted rehearsals. */
export function runningStacks(): string[] {
  return existsSync(STATE) ? readdirSync(STATE).sort() : [];
}

/** Ends a rehearsal and removes everything it created, including after an interruption; nothing else. */
export async function takeDown(name: string): Promise<void> {
  const state = stateOf(name);
  if (!existsSync(state)) {
    return;
  }
  stopBackground(state);
  const ended = await until(async () => {
    const running = await processesIn(name);
    running.forEach(kill);
    return running.length === 0;
  }, 30_000);
  if (!ended) {
    throw new Error(`processes of ${name} did not end within 30 s: ${(await processesIn(name)).join(", ")}`);
  }
  for (const mount of await mountsBelow(state)) {
    await attempt(["umount", "--lazy", mount]);
  }
  await detachDisks(state);
  await removeNetwork(name);
  await until(() => succeeds(() => removeControlGroups(name)), 10_000);
  rmSync(state, { recursive: true, force: true });
}

function kill(pid: number): void {
  succeeds(() => process.kill(pid, "SIGKILL"));
}

/** Whether an action succeeds: a process may have ended, a control group may still contain processes. */
function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

async function mountsBelow(state: string): Promise<string[]> {
  const { stdout } = await attempt(["findmnt", "--raw", "--noheadings", "--output", "TARGET"]);
  return stdout
    .split("\n")
    .filter((target) => target.startsWith(`${state}/`))
    .reverse();
}
