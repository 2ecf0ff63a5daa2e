import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the kernel accounts memory: in a hierarchy of its own (version 1), or in the only one. */
function hierarchy(): { base: string; limit: string } {
  return existsSync("/sys/fs/cgroup/memory")
    ? { base: "/sys/fs/cgroup/memory/ape-rehearsal", limit: "memory.limit_in_bytes" }
    : { base: "/sys/fs/cgroup/ape-rehearsal", limit: "memory.max" };
}

/** Makes the group that holds a host to its memory, and returns the file that a process joins it by. */
export function limitMemory(stack: string, host: string, memGiB: number): string {
  const { base, limit } = hierarchy();
  mkdirSync(base, { recursive: true });
  if (limit === "memory.max") {
    writeFileSync(join(base, "cgroup.subtree_control"), "+memory");
  }
  const group = join(base, `${stack}.${host}`);
  mkdirSync(group, { recursive: true });
  writeFileSync(join(group, limit), String(Math.floor(memGiB * 2 ** 30)));
  return join(group, "cgroup.procs");
}

/** Processes of a host that the kernel ended because its memory was full. */
export function killedForMemory(stack: string, host: string): number {
  const { base, limit } = hierarchy();
  const record = limit === "memory.max" ? "memory.events" : "memory.oom_control";
  const text = readFileSync(join(base, `${stack}.${host}`, record), "utf8");
  return Number(/^oom_kill (\d+)$/m.exec(text)![1]);
}

/** Removes the groups of a stack's hosts, which must have ended. */
export function removeMemoryLimits(stack: string): void {
  const { base } = hierarchy();
  if (!existsSync(base)) {
    return;
  }
  for (const name of readdirSync(base).filter((group) => group.startsWith(`${stack}.`))) {
    removeGroup(join(base, name));
  }
  if (!readdirSync(base, { withFileTypes: true }).some((entry) => entry.isDirectory())) {
    rmdirSync(base);
  }
}

/** Version 2 keeps what systemd made inside below the host's own group. */
function removeGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true }).filter((inner) => inner.isDirectory())) {
    removeGroup(join(group, entry.name));
  }
  rmdirSync(group);
}
