import type { StackResource, ResourceView } from "./subject";
import type { ResourceValues } from "./values";

/** Ports opened to networks, independent of the cloud's format. */
export interface Opening {
  readonly from: number;
  readonly to: number;
  /** "tcp", "udp", "icmp" or "all". */
  readonly protocol: string;
  /** Networks in CIDR notation. */
  readonly cidrs: readonly string[];
}

const ALL_PORTS = { from: 0, to: 65_535 } as const;

export const AWS_SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
export const AWS_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
export const AWS_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
export const AWS_EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
export const GCP_FIREWALL = "gcp:compute/firewall:Firewall";

/** Resource types that open ports. */
export const OPENERS: readonly string[] = [AWS_SECURITY_GROUP, AWS_RULE, AWS_INGRESS, AWS_EGRESS, GCP_FIREWALL];

/** Non-public IPv4 networks: RFC 1918, RFC 6598, link-local and loopback. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"];
/** Source ranges of Google's Identity-Aware Proxy and health checks. */
export const GOOGLE_PROXY = "35.235.240.0/20";
export const GOOGLE_HEALTH_CHECKS: readonly string[] = ["35.191.0.0/16", "130.211.0.0/22"];

/** Whether a network contains public addresses. */
export function isPublic(cidr: string): boolean {
  if (cidr.includes(":")) {
    return !/^(fc|fd|fe8|fe9|fea|feb)/i.test(cidr);
  }
  return !PRIVATE.some((own) => contains(own, cidr));
}

/** Whether a network covers an eighth of the address space or more, which no single organization owns. */
export function isWorld(cidr: string): boolean {
  const length = Number(cidr.split("/")[1] ?? 32);
  return length <= 3;
}

function contains(outer: string, inner: string): boolean {
  const [outerBase, outerLength] = parse(outer);
  const [innerBase, innerLength] = parse(inner);
  const block = 2 ** (32 - outerLength);
  return innerLength >= outerLength && Math.floor(innerBase / block) === Math.floor(outerBase / block);
}

function parse(cidr: string): [base: number, length: number] {
  const [address = "", length = "32"] = cidr.split("/");
  return [address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0), Number(length)];
}

/** Ingress that a resource allows. */
export function ingress(subject: ResourceView): Opening[] {
  const { type, values } = subject;
  switch (type) {
    case AWS_SECURITY_GROUP:
      return values.list("ingress").map(listed);
    case AWS_RULE:
      return values.text("type") === "ingress" ? [listed(values)] : [];
    case AWS_INGRESS:
      return [single(values)];
    case GCP_FIREWALL:
      return values.text("direction") !== "EGRESS" ? firewall(values, "sourceRanges", hasOwnSources(values)) : [];
    default:
      return [];
  }
}

/** Egress that a resource allows. */
export function egress(subject: ResourceView): Opening[] {
  const { type, values } = subject;
  switch (type) {
    case AWS_SECURITY_GROUP:
      return values.list("egress").map(listed);
    case AWS_RULE:
      return values.text("type") === "egress" ? [listed(values)] : [];
    case AWS_EGRESS:
      return [single(values)];
    case GCP_FIREWALL:
      return values.text("direction") === "EGRESS" ? firewall(values, "destinationRanges", false) : [];
    default:
      return [];
  }
}

/** Whether an opening includes a port. */
export function covers({ from, to, protocol }: Opening, port: number): boolean {
  return ["tcp", "udp", "all"].includes(protocol) && from <= port && port <= to;
}

/** The security groups that a rule belongs to. */
export function groupsOf(rule: StackResource): readonly StackResource[] {
  return rule.type === AWS_SECURITY_GROUP
    ? [rule]
    : rule.references("securityGroupId").filter(({ type }) => type === AWS_SECURITY_GROUP);
}

/** A security group's inline rule, or a rule with a list of networks. */
function listed(rule: ResourceValues): Opening {
  const cidrs = [...rule.strings("cidrBlocks"), ...rule.strings("ipv6CidrBlocks")];
  return { ...ports(rule.text("protocol") ?? String(rule.number("protocol") ?? "-1"), rule), cidrs };
}

/** A rule with one network. */
function single(rule: ResourceValues): Opening {
  const cidrs = [...rule.strings("cidrIpv4"), ...rule.strings("cidrIpv6")];
  return { ...ports(rule.text("ipProtocol") ?? "-1", rule), cidrs };
}

const PROTOCOL_NUMBERS: Readonly<Record<string, string>> = { "-1": "all", "6": "tcp", "17": "udp", "1": "icmp" };

function ports(written: string, rule: ResourceValues): Omit<Opening, "cidrs"> {
  const protocol = PROTOCOL_NUMBERS[written] ?? written.toLowerCase();
  if (protocol === "all") {
    return { protocol, ...ALL_PORTS };
  }
  return { protocol, from: rule.number("fromPort") ?? 0, to: rule.number("toPort") ?? 65_535 };
}

/** Whether a firewall names sources by tag or account, which are inside the network. A firewall without any source allows all. */
function hasOwnSources(values: ResourceValues): boolean {
  return values.has("sourceTags") || values.has("sourceServiceAccounts");
}

function firewall(
  values: ResourceValues,
  property: "sourceRanges" | "destinationRanges",
  isInternal: boolean,
): Opening[] {
  const written = values.strings(property);
  const cidrs = written.length > 0 || isInternal ? written : ["0.0.0.0/0"];
  return values.list("allows").flatMap((allow) => {
    const protocol = allow.text("protocol") ?? "all";
    const ranges = allow.strings("ports");
    const all = ranges.length === 0 ? [ALL_PORTS] : ranges.map(portRange);
    return all.map((range) => ({ ...range, protocol, cidrs }));
  });
}

function portRange(text: string): { from: number; to: number } {
  const [from = "0", to = from] = text.split("-");
  return { from: Number(from), to: Number(to) };
}
