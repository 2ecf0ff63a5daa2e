import type { Cloud } from "../platform/platform";
import { cheapestFit, machineType, type MachineType } from "../platform/catalogue";
import { addressOn } from "../platform/addresses";
import { SERVICES, type Placed, type Role } from "./role";

export const PLACEMENTS = ["dedicated", "packed"] as const;
/** `dedicated` gives each role a node of its own; `packed` puts a zone's roles on one node. */
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
    : packed(roles).map(({ zone, members }) => nodePlan(`node-${zone + 1}`, PACKED_HOSTS + zone, members, args));
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
      `${node} needs ${format(memGiB)} GiB (its roles, ${SYSTEM_MEM_GIB} for the system, ${MEMORY_HEADROOM * 100} % free); ${asked} has ${machine?.memGiB ?? "an unknown size"}`,
    );
  }
  return machine;
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

function packed(roles: readonly Role[]): { zone: number; members: Role[] }[] {
  const zones = [...new Set(roles.map((role) => role.zone))].sort((a, b) => a - b);
  return zones.map((zone) => ({ zone, members: roles.filter((role) => role.zone === zone) }));
}

/** First host number of packed nodes, and of each service's block when dedicated: a service that grows takes nobody's address. */
const PACKED_HOSTS = 200;
const FIRST_HOST = 16;
const HOSTS_PER_SERVICE = 32;

function dedicatedHost(role: Role): number {
  const ordinal = Number(/-(\d+)$/.exec(role.name)?.[1] ?? HOSTS_PER_SERVICE);
  return FIRST_HOST + SERVICES.indexOf(role.service) * HOSTS_PER_SERVICE + ordinal - 1;
}

function format(value: number): string {
  return value.toFixed(2).replace(/\.?0+$/, "");
}
