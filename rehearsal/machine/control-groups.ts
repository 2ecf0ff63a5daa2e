import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the kernel accounts memory: in a hierarchy of its own (version 1), or in the only one. */
function hierarchy(): { base: string; limit: string } {
  return existsSync("/sys/fs/cgroup/memory")
    ? { base: "/sys/fs/cgroup/memory/ape-rehearsal", limit: "memory.limit_in_bytes" }
    : { base: "/sys/fs/cgroup/ape-rehearsal", limit: "memory.max" };
}

/**
 * Where an init keeps its units beside that, where the kernel has several hierarchies. Without groups of their own, hosts
 * would share one tree, and one that ends a unit would take the group from under another's unit of the same name.
 */
const UNITS = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"];

function bases(): string[] {
  const { base } = hierarchy();
  const separate = UNITS.filter((mount) => existsSync(mount)).map((mount) => join(mount, "ape-rehearsal"));
  return [base, ...separate];
}

/** Makes the groups that hold a host to its memory and apart from others; returns the files that a process joins them by. */
export function createControlGroups(stack: string, host: string, memGiB: number): string[] {
  const { base, limit } = hierarchy();
  const groups = bases().map((each) => join(each, `${stack}.${host}`));
  mkdirSync(base, { recursive: true });
  if (limit === "memory.max") {
    writeFileSync(join(base, "cgroup.subtree_control"), "+memory");
  }
  groups.forEach((group) => mkdirSync(group, { recursive: true }));
  writeFileSync(join(groups[0]!, limit), String(Math.floor(memGiB * 2 ** 30)));
  return groups.map((group) => join(group, "cgroup.procs"));
}

/** Processes of a host that the kernel ended because its memory was full. */
export function oomKills(stack: string, host: string): number {
  const { base, limit } = hierarchy();
  const record = limit === "memory.max" ? "memory.events" : "memory.oom_control";
  const text = readFileSync(join(base, `${stack}.${host}`, record), "utf8");
  return Number(/^oom_kill (\d+)$/m.exec(text)![1]);
}

/** Removes the groups of a stack's hosts, which must have ended. */
export function removeControlGroups(stack: string): void {
  for (const base of bases().filter((each) => existsSync(each))) {
    for (const name of readdirSync(base).filter((group) => group.startsWith(`${stack}.`))) {
      removeControlGroup(join(base, name));
    }
    if (!readdirSync(base, { withFileTypes: true }).some((entry) => entry.isDirectory())) {
      rmdirSync(base);
    }
  }
}

/** What systemd made inside is below the host's own group. */
function removeControlGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true }).filter((inner) => inner.isDirectory())) {
    removeControlGroup(join(group, entry.name));
  }
  rmdirSync(group);
}
