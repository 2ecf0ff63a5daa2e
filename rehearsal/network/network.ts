import { createHash } from "node:crypto";
import { isolationRules, firewallRules, NO_ISOLATION } from "./firewall";
import type { Host, LocalStack, Subnet } from "../stack/local-stack";
import { attempt, run } from "../system/process";

/** Addresses of the stand-ins, reachable only inside the rehearsal's network. 198.51.100.0/24 and 203.0.113.0/24 are reserved for documentation. */
export const ADDRESSES = {
  metadata: "169.254.169.254",
  /** AWS's name server; Google's is at the metadata address. */
  resolver: "169.254.169.253",
  /** Object storage and secret store. */
  cloud: "198.51.100.1",
  /** The API's public address. */
  balancer: "198.51.100.2",
  /** The registry of the API's image. */
  registry: "203.0.113.2",
  /** Debian's and Neo4j's package archives. */
  internet: "203.0.113.1",
} as const;

/** Network namespace of the cloud: a bridge for each subnet, and the routes between them. */
export function cloudNamespace(stack: string): string {
  return `ape.${stack}`;
}

/** A host's own network namespace. */
export function hostNamespace(stack: string, host: string): string {
  return `ape.${stack}.${host}`;
}

/** Existing network namespaces of a stack. */
export async function namespaces(stack: string): Promise<string[]> {
  const { stdout } = await attempt(["ip", "netns", "list"]);
  const cloud = cloudNamespace(stack);
  return stdout
    .split("\n")
    .map((line) => line.split(" ")[0]!)
    .filter((name) => name === cloud || name.startsWith(`${cloud}.`));
}

/** Creates the stack's network: a bridge for each subnet, and routes between them. */
export async function createNetwork(stack: LocalStack): Promise<void> {
  const name = cloudNamespace(stack.stack);
  await run(["ip", "netns", "add", name]);
  await ip(name, ["link set lo up", ...Object.values(ADDRESSES).map((address) => `addr add ${address}/32 dev lo`)]);
  await run(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
  await changeNetwork({ stack: stack.stack, subnets: [], internet: true }, stack);
}

type Networked = Pick<LocalStack, "stack" | "subnets" | "internet" | "balancer">;

/** Changes subnets, the balancer's address and access to the internet. */
export async function changeNetwork(from: Networked, to: Networked): Promise<void> {
  const name = cloudNamespace(to.stack);
  const source = from.balancer?.source;
  const added = to.subnets.filter((subnet) => !from.subnets.some((other) => bridge(other) === bridge(subnet)));
  const removed = from.subnets.filter((subnet) => !to.subnets.some((other) => bridge(other) === bridge(subnet)));
  await ip(name, [
    ...removed.map((subnet) => `link delete ${bridge(subnet)}`),
    ...added.flatMap((subnet) => [
      `link add ${bridge(subnet)} type bridge`,
      `addr add ${gateway(subnet.cidr)}/24 dev ${bridge(subnet)}`,
      `link set ${bridge(subnet)} up`,
    ]),
    ...(source === undefined || source === to.balancer?.source ? [] : [`addr del ${source}/32 dev lo`]),
    ...(to.balancer === undefined || source === to.balancer.source ? [] : [`addr add ${to.balancer.source}/32 dev lo`]),
  ]);
  if (from.internet !== to.internet) {
    await nft(name, to.internet ? INTERNET : NO_INTERNET);
  }
}

const INTERNET = "add table inet ape_nat\ndelete table inet ape_nat\n";
const NO_INTERNET = `table inet ape_nat { chain input { type filter hook input priority filter;
      iifname "br*" ip daddr ${ADDRESSES.internet} drop
    }\n}\n`;

/** Gives a host its planned address in its subnet, behind its planned firewall. */
export async function attachHost(stack: LocalStack, host: Host): Promise<void> {
  const name = hostNamespace(stack.stack, host.name);
  const cloud = cloudNamespace(stack.stack);
  const subnet = stack.subnets.find((candidate) => candidate.name === host.subnet)!;
  const port = portOf(host);
  await run(["ip", "netns", "add", name]);
  await setFirewall(stack, host);
  await run(["ip", "link", "add", "eth0", "netns", name, "type", "veth", "peer", "name", port, "netns", cloud]);
  await ip(cloud, [`link set ${port} master ${bridge(subnet)}`, `link set ${port} up`]);
  await ip(name, [
    "link set lo up",
    `addr add ${host.address}/24 dev eth0`,
    "link set eth0 up",
    `route add default via ${gateway(subnet.cidr)}`,
  ]);
}

/** Applies a host's firewall rules; established connections and an isolation stay. */
export function setFirewall({ stack }: Pick<LocalStack, "stack">, host: Host): Promise<void> {
  return nft(hostNamespace(stack, host.name), firewallRules(host));
}

/** Removes a host from the network. */
export async function detachHost({ stack }: Pick<LocalStack, "stack">, host: Pick<Host, "name">): Promise<void> {
  const name = hostNamespace(stack, host.name);
  if ((await namespaces(stack)).includes(name)) {
    await attempt(["ip", "-n", cloudNamespace(stack), "link", "delete", portOf(host)]);
    await run(["ip", "netns", "delete", name]);
  }
}

/** Sets the cloud's end of a host's virtual cable up or down. */
export function setLink(stack: LocalStack, host: Host, state: "up" | "down"): Promise<void> {
  return ip(cloudNamespace(stack.stack), [`link set ${portOf(host)} ${state}`]);
}

/** The cloud's end of a host's virtual cable. Interface names have at most 15 characters. */
function portOf({ name }: Pick<Host, "name">): string {
  return `host${digest(name)}`;
}

function bridge({ name, cidr }: Subnet): string {
  return `br${digest(`${name} ${cidr}`)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}

/** Isolates a zone from everything outside it. */
export async function isolateZone(stack: LocalStack, zone: string): Promise<void> {
  const within = stack.hosts.filter((host) => host.zone === zone);
  await Promise.all(
    (await attached(stack, within)).map((host) =>
      nft(hostNamespace(stack.stack, host.name), isolationRules(within.map(({ address }) => address))),
    ),
  );
}

/** Ends a zone's isolation. */
export async function healZone(stack: LocalStack, zone: string): Promise<void> {
  const within = stack.hosts.filter((host) => host.zone === zone);
  await Promise.all(
    (await attached(stack, within)).map((host) => nft(hostNamespace(stack.stack, host.name), NO_ISOLATION)),
  );
}

async function attached(stack: LocalStack, hosts: readonly Host[]): Promise<Host[]> {
  const present = await namespaces(stack.stack);
  return hosts.filter((host) => present.includes(hostNamespace(stack.stack, host.name)));
}

/** Removes the stack's namespaces with their interfaces, bridges, routes and rules. */
export async function removeNetwork(stack: string): Promise<void> {
  for (const name of await namespaces(stack)) {
    await run(["ip", "netns", "delete", name]);
  }
}

/** Process ids in the stack's namespaces. */
export async function processesIn(stack: string): Promise<number[]> {
  const lists = await Promise.all(
    (await namespaces(stack)).map(async (name) => (await attempt(["ip", "netns", "pids", name])).stdout),
  );
  return lists.flatMap((list) => list.split("\n").filter(Boolean).map(Number));
}

function gateway(cidr: string): string {
  return cidr.replace(/\.0\/\d+$/, ".1");
}

async function ip(namespace: string, commands: readonly string[]): Promise<void> {
  await run(["ip", "-n", namespace, "-batch", "-"], { input: `${commands.join("\n")}\n` });
}

async function nft(namespace: string, rules: string): Promise<void> {
  await run(["ip", "netns", "exec", namespace, "nft", "-f", "-"], { input: rules });
}
