import { AWS_INSTANCE, AWS_NODE_GROUP, AWS_TEMPLATE, GCP_INSTANCE, GCP_TEMPLATES } from "../machines";
import { fault, resourceRule, stackRule, unless, type Rule } from "../rule";
import type { ResourceView } from "../subject";

const AWS_MACHINES = [AWS_INSTANCE, AWS_TEMPLATE];
const GCP_MACHINES = [GCP_INSTANCE, ...GCP_TEMPLATES];

const IMDSV2 = resourceRule({
  name: "aws-instance-imdsv2",
  description: "The instance metadata service requires a session token (IMDSv2).",
  why: "With IMDSv1, a server-side request forgery can read the node's credentials.",
  severity: "high",
  ids: ["CKV_AWS_79", "AWS-0028", "AWS-0130", "EC2.8", "EC2.170"],
  fix: 'Set metadataOptions.httpTokens to "required".',
  types: AWS_MACHINES,
  judge: ({ values }) =>
    unless(
      values.text("metadataOptions.httpTokens") === "required" ||
        values.text("metadataOptions.httpEndpoint") === "disabled",
      "IMDSv1 is allowed",
    ),
  remedy: ({ values }) => {
    const options = values.at("metadataOptions");
    return options.text("httpTokens") === "required"
      ? undefined
      : {
          metadataOptions: {
            ...Object.fromEntries(options.names().map((name) => [name, options.get(name)])),
            httpTokens: "required",
          },
        };
  },
});

const HOP_LIMIT = resourceRule({
  name: "aws-instance-hop-limit",
  description: "Responses of the metadata service don't leave the node.",
  why: "With a hop limit above 1, a container can read the node's credentials.",
  severity: "medium",
  ids: ["CKV_AWS_341", "AutoScaling.4"],
  fix: "Set metadataOptions.httpPutResponseHopLimit to 1.",
  types: AWS_MACHINES,
  judge: ({ values }) => {
    const limit = values.number("metadataOptions.httpPutResponseHopLimit") ?? 1; // AWS' default
    return unless(limit <= 1, `hop limit ${limit} > 1`);
  },
});

const PUBLIC_ADDRESS = resourceRule({
  name: "no-public-address",
  description: "Machines have no public address.",
  why: "Without a public address a machine can't be attacked from the internet, even if a firewall rule is wrong.",
  severity: "critical",
  ids: ["CKV_AWS_88", "CKV_GCP_40", "AWS-0009", "GCP-0031", "EC2.9", "EC2.25", "CIS GCP 4.9"],
  fix: "Set `associatePublicIpAddress: false`; on Google Cloud omit `accessConfigs`.",
  types: [...AWS_MACHINES, ...GCP_MACHINES],
  judge: ({ type, values }) => {
    const isPublic =
      type === AWS_INSTANCE
        ? values.flag("associatePublicIpAddress") !== false
        : type === AWS_TEMPLATE
          ? values.list("networkInterfaces").some((each) => each.flag("associatePublicIpAddress") !== false)
          : values
              .list("networkInterfaces")
              .some((each) => each.names().some((name) => /^(ipv6A|a)ccessConfigs$/.test(name)));
    return unless(!isPublic, "has a public address, or may be assigned one");
  },
});

const OPTIMIZED = resourceRule({
  name: "aws-instance-ebs-optimized",
  description: "Instances are EBS-optimized.",
  why: "Without dedicated EBS bandwidth, disk and client traffic compete: a backup slows every query.",
  severity: "low",
  ids: ["CKV_AWS_135"],
  fix: "Set `ebsOptimized: true`.",
  types: AWS_MACHINES,
  judge: ({ values }) => unless(values.flag("ebsOptimized") === true, "is not EBS-optimized"),
});

const PROFILE = stackRule({
  name: "machine-own-identity",
  description: "Each machine has a dedicated identity, not Google's default service account.",
  why: "Without an identity, secrets must be copied onto the node; the default service account may edit the whole project.",
  severity: "high",
  ids: ["CKV2_AWS_41", "CKV_GCP_30", "CKV_GCP_31", "GCP-0044", "CIS AWS 2.17", "CIS GCP 4.1", "CIS GCP 4.2"],
  fix: "Assign a dedicated instance profile or service account.",
  judge: (stack) => {
    // EKS assigns the node role; the launch template of a node group must not name an instance profile.
    const ofClusters = new Set(stack.of(AWS_NODE_GROUP).flatMap((group) => group.references("launchTemplate")));
    return [
      ...stack
        .of(...AWS_MACHINES)
        .filter((machine) => !machine.values.has("iamInstanceProfile") && !ofClusters.has(machine))
        .map((machine) => fault(machine, "has no instance profile")),
      ...stack
        .of(...GCP_MACHINES)
        .filter(runsAsDefault)
        .map((machine) => fault(machine, "runs as the project's default service account")),
    ];
  },
});

/** The email of an account that the stack creates is known only after deployment; the default account's has a known form. */
function runsAsDefault({ values }: ResourceView): boolean {
  const email = values.isKnown("serviceAccount.email") ? values.text("serviceAccount.email") : undefined;
  return !values.has("serviceAccount.email") || /-compute@developer\./.test(email ?? "");
}

const OS_LOGIN = resourceRule({
  name: "gcp-instance-os-login",
  description: "OS Login is on; project-wide SSH keys and the serial port are off.",
  why: "An SSH key in the project's metadata opens every machine and can't be attributed to a person.",
  severity: "high",
  ids: [
    "CKV_GCP_32",
    "CKV_GCP_34",
    "CKV_GCP_35",
    "GCP-0030",
    "GCP-0032",
    "GCP-0036",
    "CIS GCP 4.3",
    "CIS GCP 4.4",
    "CIS GCP 4.5",
  ],
  fix: 'Set metadata "enable-oslogin" and "block-project-ssh-keys" to "TRUE", "serial-port-enable" to "FALSE".',
  types: GCP_MACHINES,
  judge: ({ values }) => [
    ...unless(values.flag("metadata.enable-oslogin") === true, "OS Login is off"),
    ...unless(values.flag("metadata.block-project-ssh-keys") === true, "project-wide SSH keys are accepted"),
    ...unless(values.flag("metadata.serial-port-enable") !== true, "the serial port is enabled"),
  ],
});

const PROJECT_METADATA = resourceRule({
  name: "gcp-project-os-login",
  description: "Project metadata leaves OS Login on.",
  why: "Project metadata applies to every machine that does not override it.",
  severity: "medium",
  ids: ["CKV_GCP_33", "GCP-0042"],
  fix: 'Set "enable-oslogin" to "TRUE".',
  types: ["gcp:compute/projectMetadata:ProjectMetadata"],
  judge: ({ values }) => unless(values.flag("metadata.enable-oslogin") === true, "OS Login is off"),
});

const FORWARD = resourceRule({
  name: "gcp-instance-no-forwarding",
  description: "IP forwarding is off.",
  why: "A machine that forwards packets can bypass the firewall.",
  severity: "medium",
  ids: ["CKV_GCP_36", "GCP-0043", "CIS GCP 4.6"],
  fix: "Leave `canIpForward` off.",
  types: GCP_MACHINES,
  judge: ({ values }) => unless(values.flag("canIpForward") !== true, "has IP forwarding on"),
});

const SHIELDED = resourceRule({
  name: "gcp-instance-shielded",
  description: "Machines are Shielded VMs: Secure Boot, vTPM and integrity monitoring are on.",
  why: "A tampered boot loader survives reinstallation of the software above it.",
  severity: "medium",
  ids: ["CKV_GCP_39", "GCP-0041", "GCP-0045", "GCP-0067", "CIS GCP 4.8"],
  fix: "Set all three properties of `shieldedInstanceConfig` to true.",
  types: GCP_MACHINES,
  judge: ({ values }) =>
    ["enableSecureBoot", "enableVtpm", "enableIntegrityMonitoring"].flatMap((name) =>
      unless(values.flag(`shieldedInstanceConfig.${name}`) === true, `${name} is off`),
    ),
});

/** Rules on machines. */
export const INSTANCE_RULES: readonly Rule[] = [
  IMDSV2,
  HOP_LIMIT,
  PUBLIC_ADDRESS,
  OPTIMIZED,
  PROFILE,
  OS_LOGIN,
  PROJECT_METADATA,
  FORWARD,
  SHIELDED,
];
