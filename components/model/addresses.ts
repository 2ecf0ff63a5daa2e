/** The address plan of a stack's network: plain arithmetic, so that every address is known before anything exists. */

import type { Cloud } from "./cloud";

export const SUBNET_KINDS = ["public", "data", "api"] as const;
/** `public` holds the load balancer and NAT, `data` the nodes with fixed addresses, `api` the scaling group. */
export type SubnetKind = (typeof SUBNET_KINDS)[number];

/** Subnets are /24s; each kind has room for 16 zones in a /16. */
const ZONES_PER_KIND = 16;
const SUBNET_BITS = 8;

/** The prefix length that a stack's network must have. */
export const NETWORK_PREFIX = 16;

/** A zone's subnet, for example subnetCidr("10.60.0.0/16", "data", 1) = "10.60.17.0/24". */
export function subnetCidr(networkCidr: string, kind: SubnetKind, zone: number): string {
  return `${toText(subnetBase(networkCidr, kind, zone))}/${32 - SUBNET_BITS}`;
}

/** Bits of the host part of the ranges of a cluster's own: 16,000 addresses of pods, 4,000 of services. */
const POD_BITS = 14;
const SERVICE_BITS = 12;
/** Where they begin within the /16, behind the subnets of all kinds. */
const POD_OFFSET = 128 * 2 ** SUBNET_BITS;

/** The range of a cluster's pods, where they have one of their own: "10.60.128.0/18". */
export function podCidr(networkCidr: string): string {
  return `${toText(parseCidr(networkCidr).base + POD_OFFSET)}/${32 - POD_BITS}`;
}

/** The range of a cluster's services: "10.60.192.0/20". */
export function serviceCidr(networkCidr: string): string {
  return `${toText(parseCidr(networkCidr).base + POD_OFFSET + 2 ** POD_BITS)}/${32 - SERVICE_BITS}`;
}

const POD_CIDRS: Readonly<Record<Cloud, (networkCidr: string, zones: number) => string[]>> = {
  aws: (networkCidr, zones) => Array.from({ length: zones }, (_, zone) => subnetCidr(networkCidr, "api", zone)),
  gcp: (networkCidr) => [podCidr(networkCidr)],
};

/** The networks that the pods of the stack's cluster connect from: a range of their own on GKE, their nodes' subnets on EKS. */
export function podCidrs(cloud: Cloud, networkCidr: string, zones: number): string[] {
  return POD_CIDRS[cloud](networkCidr, zones);
}

/** The networks of the load balancer, in as many zones. */
export function publicCidrs(networkCidr: string, zones: number): string[] {
  return Array.from({ length: zones }, (_, zone) => subnetCidr(networkCidr, "public", zone));
}

/** The fixed address of host number `host` (16 to 250: clouds keep the first and last few for themselves). */
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

/** An IPv4 network as base address and prefix length. Throws when it isn't one, or when host bits are set. */
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
