import {
  groupsOf,
  AWS_EGRESS,
  AWS_SECURITY_GROUP,
  AWS_INGRESS,
  AWS_RULE,
  covers,
  egress,
  GCP_FIREWALL,
  GOOGLE_HEALTH_CHECKS,
  GOOGLE_PROXY,
  ingress,
  isPublic,
  isWorld,
  OPENERS,
  type Opening,
} from "../openings";
import { fault, resourceRule, stackRule, unless, type Rule } from "../rule";
import type { ResourceView } from "../subject";

/**
 * Ports of databases, of their election and cluster protocols and of their exporters. A floor that is independent of the
 * ports that this stack's services declare: a service that declares a port by mistake is caught as well.
 */
const DATABASE_PORTS: Readonly<Record<number, string>> = {
  1433: "SQL Server",
  2379: "etcd",
  2380: "etcd peers",
  3000: "Grafana",
  3306: "MySQL",
  5000: "Patroni's primary",
  5432: "PostgreSQL",
  6000: "Neo4j cluster",
  6379: "Redis",
  6432: "PgBouncer",
  7000: "Neo4j Raft",
  7473: "Neo4j HTTPS",
  7474: "Neo4j HTTP",
  7687: "Bolt",
  7688: "Neo4j routing",
  8008: "Patroni",
  9090: "Prometheus",
  9100: "node exporter",
  9121: "Redis exporter",
  9187: "PostgreSQL exporter",
  16379: "Redis Cluster bus",
  26379: "Sentinel",
  27017: "MongoDB",
};

/** Ports for remote administration. */
const ADMIN_PORTS: Readonly<Record<number, string>> = {
  20: "FTP",
  21: "FTP",
  22: "SSH",
  23: "Telnet",
  3389: "RDP",
  5985: "WinRM",
  5986: "WinRM",
};

/** Ports of the API's load balancer. */
const ENTRY_PORTS = [80, 443];
const PUBLIC_CIDR_NOTE = "any network that is not private counts as internet";

const DATABASE = resourceRule({
  name: "no-public-database",
  description: "No database port is open to the internet.",
  why: `Databases on the internet are found within minutes. There is no exception: ${PUBLIC_CIDR_NOTE}, however small.`,
  severity: "critical",
  ids: ["EC2.18", "EC2.19", "GCP-0027", "AWS-0107", "CKV_GCP_88"],
  fix: "Allow the API's nodes only, by security group or network tag.",
  types: OPENERS,
  judge: (subject) => opened(subject, DATABASE_PORTS, isPublic),
});

const ADMIN = resourceRule({
  name: "no-public-administration",
  description: "No administration port is open to the internet.",
  why: "SSH and RDP are under constant brute-force attack. Use Session Manager or Identity-Aware Proxy instead.",
  severity: "critical",
  ids: [
    "CKV_AWS_24",
    "CKV_AWS_25",
    "CKV_AWS_277",
    "CKV_GCP_2",
    "CKV_GCP_3",
    "CKV_GCP_75",
    "CKV_GCP_77",
    "GCP-0070",
    "GCP-0071",
    "CIS GCP 3.6",
    "CIS GCP 3.7",
  ],
  fix: `On AWS use Session Manager; on Google Cloud allow ${GOOGLE_PROXY} (Identity-Aware Proxy).`,
  types: OPENERS,
  judge: (subject) =>
    opened(subject, ADMIN_PORTS, (cidr) => isPublic(cidr) && !(subject.type === GCP_FIREWALL && cidr === GOOGLE_PROXY)),
});

const ENTRY = resourceRule({
  name: "public-entry-only",
  description: "Only ports 80 and 443 are open to the internet, as single ports.",
  why: "Any other open port exposes a service unintentionally.",
  severity: "high",
  ids: ["CKV_AWS_260", "CKV2_GCP_12", "CKV_GCP_106", "GCP-0072", "EC2.18"],
  fix: "Open client ports on the load balancer, everything else to the stack's nodes only.",
  types: OPENERS,
  judge: (subject) =>
    ingress(subject).flatMap((opening) => {
      const outside = opening.cidrs.filter(
        (cidr) => isPublic(cidr) && cidr !== GOOGLE_PROXY && !GOOGLE_HEALTH_CHECKS.includes(cidr),
      );
      const isEntry = opening.protocol === "tcp" && opening.from === opening.to && ENTRY_PORTS.includes(opening.from);
      // Database and administration ports have their own rules with more specific messages.
      return outside.length === 0 || isEntry || isKnownPort(opening)
        ? []
        : [`${described(opening)} is open to ${outside.join(", ")}`];
    }),
});

const BALANCER_ONLY = stackRule({
  name: "aws-public-entry-balancer",
  description: "On AWS, only security groups of load balancers are open to the internet.",
  why: "Traffic that bypasses the load balancer bypasses its logs, limits and certificate.",
  severity: "high",
  ids: [],
  fix: "Let the nodes' security group accept traffic from the load balancer's, and open only the latter to the internet.",
  judge: (stack) => {
    const guarded = new Set(
      stack.of("aws:lb/loadBalancer:LoadBalancer").flatMap((balancer) => balancer.references("securityGroups")),
    );
    return stack.of(AWS_SECURITY_GROUP, AWS_RULE, AWS_INGRESS).flatMap((rule) => {
      const entries = ingress(rule).filter(
        ({ from, to, cidrs }) => cidrs.some(isPublic) && ENTRY_PORTS.some((port) => from <= port && port <= to),
      );
      const groups = groupsOf(rule).filter((group) => !guarded.has(group));
      return entries.length === 0 || groups.length === 0
        ? []
        : [
            fault(
              rule,
              `${groups.map(({ name }) => name).join(", ")} is open to the internet and belongs to no load balancer`,
            ),
          ];
    });
  },
});

const OUT = resourceRule({
  name: "no-egress-to-everywhere",
  description: "No egress rule allows every port to the internet.",
  why: "An attacker on a node can exfiltrate data over any open port.",
  severity: "medium",
  ids: ["CKV_AWS_382", "AWS-0104"],
  fix: "Allow 443 and the other ports that are needed individually.",
  types: OPENERS,
  judge: (subject) =>
    egress(subject).flatMap(({ from, to, protocol, cidrs }) =>
      unless(
        !(cidrs.some(isWorld) && (protocol === "all" || (from === 0 && to === 65_535))),
        `allows every port to ${cidrs.filter(isWorld).join(", ")}`,
      ),
    ),
});

const DESCRIBED = resourceRule({
  name: "network-rule-described",
  description: "Security groups, their rules and firewalls have a description.",
  why: "A port of unknown purpose is never closed.",
  severity: "low",
  ids: ["CKV_AWS_23", "AWS-0099", "AWS-0124"],
  fix: "Set `description`.",
  types: OPENERS,
  judge: ({ values }) => {
    const description = values.text("description") ?? "";
    return unless(description !== "" && description !== "Managed by Pulumi", "has no description");
  },
});

const DEFAULT_GROUP = stackRule({
  name: "aws-default-group-empty",
  description: "Each VPC's default security group allows no traffic.",
  why: "Resources without a security group get the default one, which allows all traffic between its members.",
  severity: "medium",
  ids: ["CKV2_AWS_12", "AWS-0173", "EC2.2"],
  fix: "Adopt it with ec2.DefaultSecurityGroup and give it no rules.",
  judge: (stack) =>
    stack.of("aws:ec2/vpc:Vpc").flatMap((vpc) => {
      const adopted = stack.referring("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", vpc);
      if (adopted.length === 0) {
        return [fault(vpc, "its default security group is not managed")];
      }
      return adopted
        .filter(({ values }) => values.has("ingress") || values.has("egress"))
        .map((group) => fault(group, "allows traffic"));
    }),
});

const ATTACHED = stackRule({
  name: "aws-group-attached",
  description: "Every security group is attached to a resource.",
  why: "An unattached security group is a mistake: the resource that it should protect uses another one.",
  severity: "low",
  ids: ["CKV2_AWS_5"],
  fix: "Remove it, or attach it to the intended resource.",
  judge: (stack) => {
    const used = new Set(
      stack.all.flatMap(({ type, references }) =>
        type === AWS_RULE || type === AWS_INGRESS || type === AWS_EGRESS
          ? []
          : ["vpcSecurityGroupIds", "securityGroups", "securityGroupIds", "networkInterfaces"].flatMap((property) =>
              references(property),
            ),
      ),
    );
    return stack
      .of(AWS_SECURITY_GROUP)
      .flatMap((group) => (used.has(group) ? [] : [fault(group, "is attached to nothing")]));
  },
});

/** Rules on what firewalls and security groups open. */
export const FIREWALL_RULES: readonly Rule[] = [
  DATABASE,
  ADMIN,
  ENTRY,
  BALANCER_ONLY,
  OUT,
  DESCRIBED,
  DEFAULT_GROUP,
  ATTACHED,
];

function opened(
  subject: ResourceView,
  ports: Readonly<Record<number, string>>,
  isOutside: (cidr: string) => boolean,
): string[] {
  return ingress(subject).flatMap((opening) => {
    const outside = opening.cidrs.filter(isOutside);
    const names = Object.entries(ports)
      .filter(([port]) => covers(opening, Number(port)))
      .map(([port, name]) => `${port} (${name})`);
    return outside.length === 0 || names.length === 0 ? [] : [`${names.join(", ")} is open to ${outside.join(", ")}`];
  });
}

function isKnownPort(opening: Opening): boolean {
  return [...Object.keys(DATABASE_PORTS), ...Object.keys(ADMIN_PORTS)].some((port) => covers(opening, Number(port)));
}

function described({ protocol, from, to }: Opening): string {
  return `${protocol} ${from === to ? from : `${from}-${to}`}`;
}
