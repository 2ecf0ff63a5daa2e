import { GCP_FIREWALL } from "../openings";
import { fault, resourceRule, stackRule, unless, type Rule } from "../rule";
import { FIREWALL_RULES } from "./firewalls";

const FLOW_LOG = stackRule({
  name: "aws-flow-log",
  description: "Each VPC has a flow log, at least of rejected traffic.",
  why: "After an intrusion, flow logs show what was reached.",
  severity: "medium",
  ids: ["CKV2_AWS_11", "EC2.6", "CIS AWS 4.7"],
  fix: "Add an ec2.FlowLog for the VPC with traffic type REJECT or ALL.",
  judge: (stack) =>
    stack.of("aws:ec2/vpc:Vpc").flatMap((vpc) => {
      const logs = stack.referring("aws:ec2/flowLog:FlowLog", "vpcId", vpc);
      return logs.some(({ values }) => ["ALL", "REJECT"].includes(values.text("trafficType") ?? ""))
        ? []
        : [fault(vpc, "has no flow log of rejected traffic")];
    }),
});

const NO_PUBLIC_SUBNET = resourceRule({
  name: "aws-subnet-no-public-addresses",
  description: "Subnets assign no public addresses by default.",
  why: "Otherwise a machine in the wrong subnet is immediately on the internet.",
  severity: "high",
  ids: ["CKV_AWS_130", "AWS-0164", "EC2.15"],
  fix: "Set `mapPublicIpOnLaunch: false`.",
  types: ["aws:ec2/subnet:Subnet"],
  judge: ({ values }) => unless(values.flag("mapPublicIpOnLaunch") !== true, "assigns public addresses"),
});

const GCP_SUBNET = resourceRule({
  name: "gcp-subnet-logged-private",
  description: "Subnetworks have flow logs and Private Google Access.",
  why: "After an intrusion, flow logs show what was reached. Without Private Google Access nodes need public addresses.",
  severity: "medium",
  ids: ["CKV_GCP_26", "CKV_GCP_74", "GCP-0029", "GCP-0075", "CIS GCP 3.8"],
  fix: "Set `logConfig` and `privateIpGoogleAccess: true`.",
  types: ["gcp:compute/subnetwork:Subnetwork"],
  judge: ({ values }) => {
    const isPlain = !["REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY"].includes(values.text("purpose") ?? "");
    return isPlain
      ? [
          ...unless(values.has("logConfig"), "has no flow logs"),
          ...unless(values.flag("privateIpGoogleAccess") === true, "has no Private Google Access"),
        ]
      : [];
  },
});

const GCP_NETWORK = resourceRule({
  name: "gcp-network-own-subnets",
  description: "Networks create no subnetworks automatically.",
  why: "Otherwise Google creates one in every region, with ranges that may collide with other networks.",
  severity: "medium",
  ids: ["CKV2_GCP_18", "GCP-0010", "CIS GCP 3.1"],
  fix: "Set `autoCreateSubnetworks: false`.",
  types: ["gcp:compute/network:Network"],
  judge: ({ values }) => unless(values.flag("autoCreateSubnetworks") === false, "creates subnetworks automatically"),
});

const GCP_FIREWALL_LOGGED = resourceRule({
  name: "gcp-firewall-logged",
  description: "Firewall rules log their decisions.",
  why: "Denied and allowed connections are the first trace of an intrusion.",
  severity: "low",
  ids: [],
  fix: "Set `logConfig`.",
  types: [GCP_FIREWALL],
  judge: ({ values }) => unless(values.has("logConfig"), "logs no decisions"),
});

const DNSSEC = resourceRule({
  name: "gcp-dns-signed",
  description: "Public DNS zones are signed with DNSSEC.",
  why: "Without DNSSEC, resolvers accept forged answers.",
  severity: "medium",
  ids: ["CKV_GCP_16", "CKV_GCP_17", "GCP-0012", "GCP-0013", "CIS GCP 3.3"],
  fix: 'Set dnssecConfig.state to "on", with a key algorithm other than RSASHA1.',
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
