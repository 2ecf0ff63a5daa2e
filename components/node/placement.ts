import type { Cloud } from "../model/cloud";
import { cheapestFit, machineType, type MachineType } from "../model/machine-types";
import { addressOn } from "../model/addresses";
import { SERVICES, type Placed, type Role } from "../model/role";

export const PLACEMENTS = ["dedicated", "packed"] as const;
/** `dedicated` gives each role a node of its own; `packed` lets one role of every service share a node. */
export type Placement = (typeof PLACEMENTS)[number];

/** Memory of the operating system, its agents and exporters. Ours: 250 MiB idle was seen on Debian 13; the rest is file cache. */
export const SYSTEM_MEM_GIB = 0.4;
/** Part of a node's memory that stays free for peaks: the nominal size is never all there. Ours. */
export const MEMORY_HEADROOM = 0.1;
/** CPUs promised to the roles of a packed node for each CPU it has. The Scaling Strategy's CPU figures are container limits. Ours. */
export const PACKED_CPU_SHARE = 4;

/** A node: its roles, its machine and its fixed address, all known before anything exists. */
export interface NodePlan {
  /** The role's name when dedicated, otherwise "node-1", "node-2"...: stable for life. */
  readonly name: string;
  readonly zone: number;
  readonly machine: MachineType;
  readonly address: string;
  readonly roles: readonly Placed[];
}

export interface PlacementArgs {
  readonly cloud: Cloud;
  readonly placement: Placement;
  readonly families: readonly string[];
  /** The stack's private network, for example "10.60.0.0/16". */
  readonly networkCidr: string;
}

/** No instance type of the catalogue fits a node, or the one asked for is too small. */
export class DoesNotFitError extends Error {}

/** Puts roles on nodes. Deterministic; adding a role moves no other role. */
export function place(roles: readonly Role[], args: PlacementArgs): NodePlan[] {
  return args.placement === "dedicated"
    ? roles.map((role) => nodePlan(role.name, dedicatedHost(role), [role], args))
    : packed(roles).map(({ place, members }) => nodePlan(`node-${place + 1}`, PACKED_HOSTS + place, members, args));
}

/** Memory in GiB that a node with these roles must have. */
export function memoryNeeded(roles: readonly Pick<Role, "needs">[]): number {
  const sum = roles.reduce((total, role) => total + role.needs.memGiB, SYSTEM_MEM_GIB);
  return sum / (1 - MEMORY_HEADROOM);
}

/** CPUs that a node with these roles must have: all of a lone role's, a share when packed. */
export function cpusNeeded(roles: readonly Pick<Role, "needs">[]): number {
  const sum = roles.reduce((total, role) => total + role.needs.vcpu, 0);
  return roles.length === 1 ? sum : sum / PACKED_CPU_SHARE;
}

/** The machine for these roles: the type their config names, otherwise the cheapest of the families that fits. */
export function machineFor(
  node: string,
  roles: readonly Pick<Role, "needs" | "instanceType">[],
  args: Pick<PlacementArgs, "cloud" | "families">,
): MachineType {
  const vcpu = cpusNeeded(roles);
  const memGiB = memoryNeeded(roles);
  const asked = roles.find((role) => role.instanceType !== undefined)?.instanceType;
  if (asked === undefined) {
    const machine = cheapestFit(args.cloud, { vcpu, memGiB, families: args.families });
    if (machine === undefined) {
      throw new DoesNotFitError(
        `${node} needs ${format(vcpu)} vCPU and ${format(memGiB)} GiB; no ${args.cloud} type of ${args.families.join(", ")} has them`,
      );
    }
    return machine;
  }
  const machine = machineType(args.cloud, asked);
  if (machine === undefined || machine.memGiB < memGiB) {
    throw new DoesNotFitError(
      `${node} needs ${format(memGiB)} GiB (${roles.map(memoryOf).join(" + ")} + ${SYSTEM_MEM_GIB} for the system, ${MEMORY_HEADROOM * 100} % of it all free); ${asked} has ${machine?.memGiB ?? "an unknown size"}`,
    );
  }
  return machine;
}

/** "24.4 (heap 20, page cache 4, JVM 0.4)". */
function memoryOf({ needs: { memGiB, memoryFor } }: Pick<Role, "needs">): string {
  return memoryFor === undefined ? format(memGiB) : `${format(memGiB)} (${memoryFor})`;
}

function nodePlan(name: string, host: number, roles: readonly Role[], args: PlacementArgs): NodePlan {
  const zone = roles[0]!.zone;
  const address = addressOn(args.networkCidr, "data", zone, host);
  return {
    name,
    zone,
    address,
    machine: machineFor(name, roles, args),
    roles: roles.map((role) => ({ role, node: name, address })),
  };
}

/**
 * Shared nodes in the order of their numbers. A role's own name and zone say which node it is on, and nothing else does: so
 * no role ever moves because another comes or goes. Members are counted out to the zones in rounds: the first three of each
 * service share the first three nodes, the next three the next ones.
 */
function packed(roles: readonly Role[]): { place: number; members: Role[] }[] {
  const places = new Map<number, Role[]>();
  for (const role of roles) {
    const place = Math.floor((ordinalOf(role) - 1) / ZONES) * ZONES + role.zone;
    const members = places.get(place) ?? [];
    const twin = members.find(({ service }) => service === role.service);
    if (twin !== undefined) {
      throw new Error(`${twin.name} and ${role.name} are of one service and would share a node`);
    }
    places.set(place, [...members, role]);
  }
  return [...places].sort(([a], [b]) => a - b).map(([place, members]) => ({ place, members }));
}

/** Zones that members are counted out to. */
const ZONES = 3;

/** First host number of packed nodes, and of each service's block when dedicated: a service that grows takes nobody's address. */
const PACKED_HOSTS = 200;
const FIRST_HOST = 16;
const HOSTS_PER_SERVICE = 32;

function dedicatedHost(role: Role): number {
  return FIRST_HOST + SERVICES.indexOf(role.service) * HOSTS_PER_SERVICE + ordinalOf(role) - 1;
}

/** The number at the end of a role's name; its service's first where it has none. */
function ordinalOf(role: Role): number {
  return Number(/-(\d+)$/.exec(role.name)?.[1] ?? 1);
}

function format(value: number): string {
  return value.toFixed(2).replace(/\.?0+$/, "");
}
