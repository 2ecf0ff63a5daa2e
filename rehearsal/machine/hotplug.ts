import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalDisk } from "../stack/local-stack";
import { run } from "../system/process";

const script = (name: string): string => readFileSync(join(__dirname, name), "utf8");
const PLUG = script("plug.sh");
const UNPLUG = script("unplug.sh");

/** A disk cannot be detached because its machine uses it. */
export class DiskInUseError extends Error {}

/** Command that creates a disk's device inside a running machine. `device` is its loop device. */
export async function plugCommand(disk: LocalDisk, device: string): Promise<string[]> {
  const numbers = (await run(["stat", "--format=%t %T", device])).trim().split(" ");
  return ["bash", "-c", PLUG, "plug", device, disk.path, ...numbers.map((part) => String(Number.parseInt(part, 16)))];
}

/** Command that unmounts a disk inside a running machine, and removes its device. */
export function unplugCommand(disk: LocalDisk): string[] {
  return ["bash", "-c", UNPLUG, "unplug", disk.path];
}
