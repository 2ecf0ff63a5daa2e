import type { Role } from "../../components/model/role";
import { DISKS } from "../../policy/machines";
import type { Side } from "./side";

export type DiskAction = "create" | "grow" | "shrink" | "move" | "delete";

/** What a change does to a data disk. */
export interface DiskChange {
  /** The role whose data the disk holds. */
  readonly role: string;
  readonly action: DiskAction;
  /** Size in GiB, or the node for a move. Empty before a creation and after a deletion. */
  readonly from: string;
  readonly to: string;
  /** Whether the engine refuses to delete it. */
  readonly protected: boolean;
}

/** Every data disk that a change touches. */
export function diskChanges(before: Side, after: Side): DiskChange[] {
  const [old, current] = [disksOf(before), disksOf(after)];
  const names = [...new Set([...old.keys(), ...current.keys()])];
  return names.flatMap((role) => {
    const [from, to] = [old.get(role), current.get(role)];
    const isProtected = isDiskProtected(from === undefined ? after : before, role);
    const change = (action: DiskAction, was: string, becomes: string): DiskChange => ({
      role,
      action,
      from: was,
      to: becomes,
      protected: isProtected,
    });
    if (from === undefined || to === undefined) {
      return from === undefined ? change("create", "", gib(to!.sizeGiB)) : change("delete", gib(from.sizeGiB), "");
    }
    return [
      ...(from.sizeGiB === to.sizeGiB
        ? []
        : [change(from.sizeGiB < to.sizeGiB ? "grow" : "shrink", gib(from.sizeGiB), gib(to.sizeGiB))]),
      ...(from.node === to.node ? [] : [change("move", from.node, to.node)]),
    ];
  });
}

function disksOf({ plan }: Side): Map<string, { readonly sizeGiB: number; readonly node: string }> {
  const withDisk = plan.placed.filter(
    (placed): placed is typeof placed & { role: Role & Required<Pick<Role, "disk">> } => Boolean(placed.role.disk),
  );
  return new Map(withDisk.map(({ role, node }) => [role.name, { sizeGiB: role.disk.sizeGiB, node }]));
}

function isDiskProtected({ resources }: Side, role: string): boolean {
  return resources.some(({ type, name, protect }) => DISKS.includes(type) && name === `${role}-data` && protect);
}

function gib(size: number): string {
  return `${size} GiB`;
}
