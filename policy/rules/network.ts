import { GCP_FIREWALL } from "../openings";
import { fault, resourceRule, stackRule, unless, type Rule } from "../rule";
import { FIREWALL_RULES } from "./firewalls";

const FLOW_LOG = stackRule({
  name: "aws-flow-log",
  description: "Each VPC logs its traffic, at least what is refused.",
  why: "After a break-in nobody knows what was reached otherwise.",
  severity: "medium",
  ids: ["CKV2_AWS_11", "EC2.6", "CIS AWS 4.7"],
  fix: "Add an ec2.FlowLog for the VPC with traffic type REJECT or ALL.",
  judge: (stack) =>
    stack.of("aws:ec2/vpc:Vpc").flatMap((vpc) => {
      const logs = stack.referring("aws:ec2/flowLog:FlowLog", "vpcId", vpc);
      return logs.some(({ values }) => ["ALL", "REJECT"].includes(values.text("trafficType") ?? ""))
        ? []
        : [fault(vpc, "has no flow log of refused traffic")];
    }),
});

const NO_PUBLIC_SUBNET = resourceRule({
  name: "aws-subnet-no-public-addresses",
  description: "Subnets give nothing a public address by themselves.",
  why: "A machine that is put into the wrong subnet is on the internet at once otherwise.",
  severity: "high",
  ids: ["CKV_AWS_130", "AWS-0164", "EC2.15"],
  fix: "Set `mapPublicIpOnLaunch: false`.",
  types: ["aws:ec2/subnet:Subnet"],
  judge: ({ values }) => unless(values.flag("mapPublicIpOnLaunch") !== true, "gives public addresses"),
});

const GCP_SUBNET = resourceRule({
  name: "gcp-subnet-logged-private",
  description: "Subnetworks log their flows and reach Google's APIs without public addresses.",
  why: "After a break-in nobody knows what was reached otherwise; without private access nodes need addresses of their own.",
  severity: "medium",
  ids: ["CKV_GCP_26", "CKV_GCP_74", "GCP-0029", "GCP-0075", "CIS GCP 3.8"],
  fix: "Set `logConfig` and `privateIpGoogleAccess: true`.",
  types: ["gcp:compute/subnetwork:Subnetwork"],
  judge: ({ values }) => {
    const isPlain = !["REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY"].includes(values.text("purpose") ?? "");
    return isPlain
      ? [
          ...unless(values.has("logConfig"), "logs no flows"),
          ...unless(values.flag("privateIpGoogleAccess") === true, "has no private access to Google's APIs"),
        ]
      : [];
  },
});

const GCP_NETWORK = resourceRule({
  name: "gcp-network-own-subnets",
  description: "Networks have subnetworks of their own making only.",
  why: "Google makes one in every region otherwise, in ranges that collide with others' networks.",
  severity: "medium",
  ids: ["CKV2_GCP_18", "GCP-0010", "CIS GCP 3.1"],
  fix: "Set `autoCreateSubnetworks: false`.",
  types: ["gcp:compute/network:Network"],
  judge: ({ values }) => unless(values.flag("autoCreateSubnetworks") === false, "makes subnetworks by itself"),
});

const GCP_FIREWALL_LOGGED = resourceRule({
  name: "gcp-firewall-logged",
  description: "Firewalls log what they decide.",
  why: "A connection that was refused, or let in, is the first trace of a break-in.",
  severity: "low",
  ids: [],
  fix: "Set `logConfig`.",
  types: [GCP_FIREWALL],
  judge: ({ values }) => unless(values.has("logConfig"), "logs nothing"),
});

const DNSSEC = resourceRule({
  name: "gcp-dns-signed",
  description: "Public zones are signed (DNSSEC).",
  why: "Resolvers believe forged answers otherwise.",
  severity: "medium",
  ids: ["CKV_GCP_16", "CKV_GCP_17", "GCP-0012", "GCP-0013", "CIS GCP 3.3"],
  fix: 'Set dnssecConfig.state to "on", with keys of another algorithm than RSASHA1.',
  types: ["gcp:dns/managedZone:ManagedZone"],
  judge: ({ values }) =>
    values.text("visibility") === "private"
      ? []
      : [
          ...unless(values.text("dnssecConfig.state") === "on", "is not signed"),
          ...unless(
            !values.list("dnssecConfig.defaultKeySpecs").some((key) => key.text("algorithm") === "rsasha1"),
            "is signed with RSASHA1",
          ),
        ],
});

/** Rules on networks: what firewalls open, and what networks, subnets and zones record and assign. */
export const NETWORK_RULES: readonly Rule[] = [
  ...FIREWALL_RULES,
  FLOW_LOG,
  NO_PUBLIC_SUBNET,
  GCP_SUBNET,
  GCP_NETWORK,
  GCP_FIREWALL_LOGGED,
  DNSSEC,
];
