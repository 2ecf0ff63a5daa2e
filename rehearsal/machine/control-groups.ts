import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The cgroup hierarchy that accounts memory: cgroup v1 has one per controller, v2 a single one. */
function hierarchy(): { base: string; limit: string } {
  return existsSync("/sys/fs/cgroup/memory")
    ? { base: "/sys/fs/cgroup/memory/ape-rehearsal", limit: "memory.limit_in_bytes" }
    : { base: "/sys/fs/cgroup/ape-rehearsal", limit: "memory.max" };
}

/**
 * Hierarchies that systemd uses for its units on cgroup v1. Each host needs its own group there: otherwise a host that
 * stops a unit would remove the group of another host's unit of the same name.
 */
const UNITS = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"];

function bases(): string[] {
  const { base } = hierarchy();
  const separate = UNITS.filter((mount) => existsSync(mount)).map((mount) => join(mount, "ape-rehearsal"));
  return [base, ...separate];
}

/** Creates a host's control groups with its memory limit. Returns their cgroup.procs files; a process joins by writing its id. */
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

/** Number of a host's processes that the kernel's OOM killer has ended. */
export function oomKills(stack: string, host: string): number {
  const { base, limit } = hierarchy();
  const record = limit === "memory.max" ? "memory.events" : "memory.oom_control";
  const text = readFileSync(join(base, `${stack}.${host}`, record), "utf8");
  return Number(/^oom_kill (\d+)$/m.exec(text)![1]);
}

/** Removes the control groups of a stack's hosts. The hosts must have stopped. */
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

/** Removes a group and the groups that systemd created below it. */
function removeControlGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true }).filter((inner) => inner.isDirectory())) {
    removeControlGroup(join(group, entry.name));
  }
  rmdirSync(group);
}
