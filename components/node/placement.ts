import type { Cloud } from "../model/cloud";
import { cheapestFit, machineType, type MachineType } from "../model/machine-types";
import { addressOn } from "../model/addresses";
import { DATA_SERVICES, SERVICES, type Placed, type Role } from "../model/role";

export const PLACEMENTS = ["dedicated", "packed"] as const;
/** `dedicated`: one node per role. `packed`: a node hosts one role of each service. */
export type Placement = (typeof PLACEMENTS)[number];

/** Memory in GiB of the operating system, its agents and exporters. Chosen here: 250 MiB measured on idle Debian 13, plus file cache. */
export const SYSTEM_MEM_GIB = 0.4;
/** Share of a node's memory that stays free for peaks; usable memory is also less than the nominal size. Chosen here. */
export const MEMORY_HEADROOM = 0.1;
/** CPU overcommit of packed nodes: CPUs of roles per CPU of the node. The Scaling Strategy's figures are limits, not requests. Chosen here. */
const PACKED_CPU_SHARE = 4;

/** A node: its roles, machine and fixed address, all known before any resource exists. */
export interface NodePlan {
  /** The role's name if dedicated, otherwise "node-1", "node-2"... Never changes. */
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
  /** CIDR of the stack's private network, for example "10.60.0.0/16". */
  readonly networkCidr: string;
}

/** No instance type in the catalogue fits a node, or the configured one is too small. */
export class DoesNotFitError extends Error {}

/** Assigns roles to nodes. Deterministic; adding a role moves no other role. */
export function place(roles: readonly Role[], args: PlacementArgs): NodePlan[] {
  return args.placement === "dedicated"
    ? roles.map((role) => nodePlan(role.name, dedicatedHost(role), [role], args))
    : packed(roles).map(({ place, members }) => nodePlan(`node-${place + 1}`, PACKED_HOSTS + place, members, args));
}

/** Memory in GiB that a node with these roles needs. */
export function memoryNeeded(roles: readonly Pick<Role, "needs">[]): number {
  const sum = roles.reduce((total, role) => total + role.needs.memGiB, SYSTEM_MEM_GIB);
  return sum / (1 - MEMORY_HEADROOM);
}

/** CPUs that a node with these roles needs: all CPUs of a single role; shared among several. */
export function cpusNeeded(roles: readonly Pick<Role, "needs">[]): number {
  const sum = roles.reduce((total, role) => total + role.needs.vcpu, 0);
  return roles.length === 1 ? sum : sum / PACKED_CPU_SHARE;
}

/** The machine for these roles: the configured type, otherwise the cheapest of the families that fits. Throws DoesNotFitError. */
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
        `${node} needs ${format(vcpu)} vCPU and ${format(memGiB)} GiB; no ${args.cloud} type of ${args.families.join(", ")} is that large`,
      );
    }
    return machine;
  }
  const machine = machineType(args.cloud, asked);
  if (machine === undefined || machine.memGiB < memGiB) {
    throw new DoesNotFitError(
      `${node} needs ${format(memGiB)} GiB (${roles.map(memoryOf).join(" + ")} + ${SYSTEM_MEM_GIB} for the OS, ${MEMORY_HEADROOM * 100} % of the total free); ${asked} has ${machine?.memGiB ?? "an unknown size"}`,
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
    roles: roles.map((role) => ({
      role,
      node: name,
      address,
      formerAddresses: HOSTS.map((hostOf) => addressOn(args.networkCidr, "data", zone, hostOf(role))).filter(
        (other) => other !== address,
      ),
    })),
  };
}

/**
 * Shared nodes, ordered by number. Only a role's name and zone decide which node it is on, so no role moves when another is
 * added or removed. The first three members of each service share the first three nodes, one per zone; the next three share
 * the next ones.
 */
function packed(roles: readonly Role[]): { place: number; members: Role[] }[] {
  const places = new Map<number, Role[]>();
  for (const role of roles) {
    const place = placeOf(role);
    const members = places.get(place) ?? [];
    const twin = members.find(({ service }) => service === role.service);
    if (twin !== undefined) {
      throw new Error(`${twin.name} and ${role.name} belong to the same service and would share a node`);
    }
    places.set(place, [...members, role]);
  }
  return [...places].sort(([a], [b]) => a - b).map(([place, members]) => ({ place, members }));
}

function placeOf(role: Role): number {
  return Math.floor((ordinalOf(role) - 1) / ZONES) * ZONES + role.zone;
}

/**
 * Position of a role's disk on its node, from 0. On a shared node each service has its own, so that no disk moves when a role
 * of another service joins.
 */
export function diskSlot({ name }: Pick<NodePlan, "name">, role: Pick<Role, "name" | "service">): number {
  return name === role.name ? 0 : DATA_SERVICES.findIndex((service) => service === role.service);
}

/** Zones over which members are distributed. */
const ZONES = 3;

/** First host number of packed nodes, and of the services' blocks if dedicated: a service that grows needs no other's address. */
const PACKED_HOSTS = 200;
const FIRST_HOST = 16;
const HOSTS_PER_SERVICE = 32;

function dedicatedHost(role: Role): number {
  return FIRST_HOST + SERVICES.indexOf(role.service) * HOSTS_PER_SERVICE + ordinalOf(role) - 1;
}

/** The host numbers of a role in either placement. */
const HOSTS: readonly ((role: Role) => number)[] = [dedicatedHost, (role) => PACKED_HOSTS + placeOf(role)];

/** The number at the end of a role's name. Default: 1. */
function ordinalOf(role: Role): number {
  return Number(/-(\d+)$/.exec(role.name)?.[1] ?? 1);
}

function format(value: number): string {
  return value.toFixed(2).replace(/\.?0+$/, "");
}
