import { join } from "node:path";
import { CLOUDS } from "../../model/cloud";
import { addressOf, dnsName, type NodeFile, type Placed, type Provision, type Role } from "../../model/role";
import { AGENT } from "../agent";
import { FUNCTIONS, quote, renderScript } from "../script";

/** Where ape-node finds the node's programs. boot.sh names it too. */
const LIBRARY = "/usr/local/lib/ape";
const ROLES_FILE = "/etc/ape/roles.sh";
/** The names of all roles with their planned addresses, from which the node writes /etc/hosts. */
export const PLANNED_HOSTS = "/etc/ape/hosts";

/** A role with what it installs. */
export type ProvisionedRole = Provision & { readonly placed: Placed };

/** The files of the node's programs, which run whatever else fails. */
export function programFiles(provisions: readonly ProvisionedRole[], all: readonly Placed[]): NodeFile[] {
  const agent = (name: string): string => join(__dirname, "..", "scripts/agent", name);
  const functions = ["apply.sh", "status.sh", "request.sh", "hosts.sh", "agent.sh"].map(agent);
  return [
    {
      path: `${LIBRARY}/node.sh`,
      content: renderScript(agent("node.sh"), { ...AGENT, ROLES_FILE, PLANNED_HOSTS }, [
        FUNCTIONS.writeHosts,
        ...functions,
      ]),
    },
    ...CLOUDS.map((cloud) => ({
      path: `${LIBRARY}/objects-${cloud}.sh`,
      content: renderScript(agent(`objects-${cloud}.sh`)),
    })),
    { path: ROLES_FILE, content: roleTable(provisions, all) },
    { path: PLANNED_HOSTS, content: hosts(all) },
    { path: "/etc/systemd/system/ape-agent.service", content: UNIT },
  ];
}

const UNIT = `[Unit]
Description=Agent of the APE node
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/local/sbin/ape-node agent
ExecStop=/usr/local/sbin/ape-node agent-stop
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
`;

/** Every node resolves every role's name from /etc/hosts, so that no name service can fail. */
function hosts(all: readonly Placed[]): string {
  const lines = all
    .filter((placed) => placed.address !== undefined)
    .map((placed) => `${addressOf(placed)} ${dnsName(placed.role.name)} ${placed.role.name}`);
  return ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback", ...lines, ""].join("\n");
}

/** Bash arrays by role name: what the agent asks of the node's roles, and where it looks for their peers. */
function roleTable(provisions: readonly ProvisionedRole[], all: readonly Placed[]): string {
  const byRole = (name: string, value: (role: ProvisionedRole) => string | undefined): string =>
    table(
      name,
      provisions.map((provision) => [provision.placed.role.name, value(provision) ?? ""]),
    );
  const peers = peersOf(provisions, all);
  return [
    list(
      "ROLES",
      provisions.map(({ placed }) => placed.role.name),
    ),
    list("PACKAGES", [...new Set(provisions.flatMap(({ packages }) => packages.map((name) => name.split("=")[0]!)))]),
    byRole("SERVICES", ({ placed }) => placed.role.service),
    byRole("HEALTH", ({ health }) => health),
    byRole("LEADS", ({ membership }) => membership?.leads),
    byRole("IN_STEP", ({ membership }) => membership?.inStep),
    byRole("HAND_OVER", ({ membership }) => membership?.handOver),
    byRole("RESUME", ({ membership }) => membership?.resume),
    byRole("PEERS_MOVED", ({ membership }) => membership?.peersMoved),
    byRole("REPORTS", ({ membership }) => membership?.reports),
    byRole("UNITS", ({ units }) => [...units].reverse().join(" ")),
    byRole("MOUNTS", ({ placed }) => placed.role.disk?.mount),
    list(
      "PEERS",
      peers.map(({ name }) => name),
    ),
    table(
      "PEER_ADDRESSES",
      peers.map(({ name, addresses }) => [name, addresses.join(" ")]),
    ),
    table(
      "PEER_PORTS",
      peers.map(({ name, port }) => [name, String(port)]),
    ),
    "",
  ].join("\n");
}

interface Peer {
  readonly name: string;
  /** The planned address first. */
  readonly addresses: readonly string[];
  readonly port: number;
}

/** The roles on other nodes that may be at another address, and that this node's services may connect to. */
function peersOf(provisions: readonly ProvisionedRole[], all: readonly Placed[]): Peer[] {
  const own = provisions.map(({ placed }) => placed.role);
  return all.flatMap(({ role, address, formerAddresses = [] }) => {
    const port = reachablePort(role, own);
    return address === undefined || formerAddresses.length === 0 || port === undefined || own.includes(role)
      ? []
      : [{ name: role.name, addresses: [address, ...formerAddresses], port }];
  });
}

function reachablePort(role: Role, own: readonly Role[]): number | undefined {
  return role.listens.find(({ from }) => own.some(({ service }) => from.includes(service)))?.port;
}

function list(name: string, values: readonly string[]): string {
  return `${name}=(${values.map(quote).join(" ")})`;
}

function table(name: string, entries: readonly (readonly [string, string])[]): string {
  return `declare -gA ${name}=(${entries.map(([key, value]) => `[${key}]=${quote(value)}`).join(" ")})`;
}
