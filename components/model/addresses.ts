/** The address plan of a stack's network: plain arithmetic, so that every address is known before deployment. */

import type { Cloud } from "./cloud";

export const SUBNET_KINDS = ["public", "data", "api"] as const;
/** `public` holds the load balancer and NAT, `data` the nodes with fixed addresses, `api` the scaling group. */
export type SubnetKind = (typeof SUBNET_KINDS)[number];

/** Subnets are /24s; a /16 has room for 16 zones of each kind. */
const ZONES_PER_KIND = 16;
const SUBNET_BITS = 8;

/** Required prefix length of a stack's network. */
export const NETWORK_PREFIX = 16;

/** The subnet of a kind in a zone, for example subnetCidr("10.60.0.0/16", "data", 1) = "10.60.17.0/24". */
export function subnetCidr(networkCidr: string, kind: SubnetKind, zone: number): string {
  return `${toText(subnetBase(networkCidr, kind, zone))}/${32 - SUBNET_BITS}`;
}

/** Host bits of a cluster's secondary ranges: 16,384 pod and 4,096 service addresses. */
const POD_BITS = 14;
const SERVICE_BITS = 12;
/** Offset of these ranges in the /16, after the subnets of all kinds. */
const POD_OFFSET = 128 * 2 ** SUBNET_BITS;

/** The secondary range of a cluster's pods, for example "10.60.128.0/18". */
export function podCidr(networkCidr: string): string {
  return `${toText(parseCidr(networkCidr).base + POD_OFFSET)}/${32 - POD_BITS}`;
}

/** The secondary range of a cluster's services, for example "10.60.192.0/20". */
export function serviceCidr(networkCidr: string): string {
  return `${toText(parseCidr(networkCidr).base + POD_OFFSET + 2 ** POD_BITS)}/${32 - SERVICE_BITS}`;
}

const POD_CIDRS: Readonly<Record<Cloud, (networkCidr: string, zones: number) => string[]>> = {
  aws: (networkCidr, zones) => Array.from({ length: zones }, (_, zone) => subnetCidr(networkCidr, "api", zone)),
  gcp: (networkCidr) => [podCidr(networkCidr)],
};

/** Source networks of the pods of a cluster that the stack creates: a secondary range on GKE, the nodes' subnets on EKS. */
export function podCidrs(cloud: Cloud, networkCidr: string, zones: number): string[] {
  return POD_CIDRS[cloud](networkCidr, zones);
}

/** The load balancer's subnets in the first zones. */
export function publicCidrs(networkCidr: string, zones: number): string[] {
  return Array.from({ length: zones }, (_, zone) => subnetCidr(networkCidr, "public", zone));
}

/** The fixed address of a host number, 16 to 250: clouds reserve the first and last few. Throws RangeError outside. */
export function addressOn(networkCidr: string, kind: SubnetKind, zone: number, host: number): string {
  if (!Number.isInteger(host) || host < 16 || host > 250) {
    throw new RangeError(`host number ${host} is outside 16..250`);
  }
  return toText(subnetBase(networkCidr, kind, zone) + host);
}

function subnetBase(networkCidr: string, kind: SubnetKind, zone: number): number {
  const index = SUBNET_KINDS.indexOf(kind) * ZONES_PER_KIND + zone;
  return parseCidr(networkCidr).base + index * 2 ** SUBNET_BITS;
}

/** An IPv4 network as base address and prefix length. Throws for invalid CIDR notation and if host bits are set. */
export function parseCidr(cidr: string): { base: number; prefix: number } {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const octets = match?.slice(1, 5).map(Number) ?? [];
  const prefix = Number(match?.[5]);
  if (match === null || octets.some((octet) => octet > 255) || prefix > 32) {
    throw new Error("not an IPv4 network in CIDR notation");
  }
  const base = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  if (base % 2 ** (32 - prefix) !== 0) {
    throw new Error(`host bits are set; the network is ${toText(base - (base % 2 ** (32 - prefix)))}/${prefix}`);
  }
  return { base, prefix };
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
