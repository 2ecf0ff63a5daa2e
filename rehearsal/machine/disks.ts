import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Volume } from "../stack/local-stack";
import { attempt, run } from "../system/process";

/** A disk's image: a sparse file, which occupies only what was written. */
function diskFile(state: string, disk: Pick<Volume, "name">): string {
  return join(state, "disks", `${disk.name}.img`);
}

/** Attaches a disk to a loop device and returns the device. Creates a blank disk if there is none. */
export async function attachDisk(state: string, disk: Volume): Promise<string> {
  const file = diskFile(state, disk);
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
    truncateSync(file, disk.sizeGiB * 2 ** 30);
  }
  return (await devices(file))[0] ?? (await run(["losetup", "--find", "--show", file])).trim();
}

/** Grows a disk to its size. A running host sees the new size at once. Disks never shrink. */
export async function growDisk(state: string, disk: Volume): Promise<void> {
  const file = diskFile(state, disk);
  if (existsSync(file)) {
    truncateSync(file, disk.sizeGiB * 2 ** 30);
  }
  for (const device of await devices(file)) {
    await run(["losetup", "--set-capacity", device]);
  }
}

/** Detaches a disk and deletes its data. */
export async function destroyDisk(state: string, disk: Pick<Volume, "name">): Promise<void> {
  const file = diskFile(state, disk);
  for (const device of await devices(file)) {
    await run(["losetup", "--detach", device]);
  }
  rmSync(file, { force: true });
}

/** Detaches every disk of a stack. */
export async function detachDisks(state: string): Promise<void> {
  const { stdout } = await attempt(["losetup", "--list", "--noheadings", "--raw", "--output", "NAME,BACK-FILE"]);
  const attached = stdout.split("\n").filter((line) => line.split(" ")[1]?.startsWith(`${join(state, "disks")}/`));
  for (const line of attached) {
    await run(["losetup", "--detach", line.split(" ")[0]!]);
  }
}

async function devices(file: string): Promise<string[]> {
  const { stdout } = await attempt(["losetup", "--noheadings", "--raw", "--output", "NAME", "--associated", file]);
  return stdout.split("\n").filter(Boolean);
}
