import * as pulumi from "@pulumi/pulumi";
import type { Judged } from "../../../planning/record";

/** Types whose Terraform name isn't what their Pulumi token says. */
const TYPES: Readonly<Record<string, string>> = {
  "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
  "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
  "gcp:projects/iAMMember:IAMMember": "google_project_iam_member",
  "gcp:secretmanager/secret:Secret": "google_secret_manager_secret",
  "gcp:secretmanager/secretVersion:SecretVersion": "google_secret_manager_secret_version",
  "gcp:secretmanager/secretIamMember:SecretIamMember": "google_secret_manager_secret_iam_member",
  "gcp:serviceaccount/account:Account": "google_service_account",
  "gcp:serviceaccount/iAMMember:IAMMember": "google_service_account_iam_member",
  "gcp:storage/bucketObject:BucketObject": "google_storage_bucket_object",
  "random:index/randomPassword:RandomPassword": "random_password",
};

/** Modules of Pulumi's that Terraform's names don't have. */
const SILENT_MODULES = ["ec2", "vpc"];

/** Lists that Pulumi names in the plural; Terraform repeats a block of the singular. */
const BLOCKS: Readonly<Record<string, string>> = {
  accessConfigs: "access_config",
  allows: "allow",
  attachedDisks: "attached_disk",
  backends: "backend",
  blockDeviceMappings: "block_device_mappings",
  defaultActions: "default_action",
  denies: "deny",
  disks: "disk",
  lifecycleRules: "lifecycle_rule",
  namedPorts: "named_port",
  networkInterfaces: "network_interface",
  replicas: "replicas",
  rules: "rule",
  subnetworks: "subnetwork",
  versions: "version",
};

/** Objects that are attributes of Terraform's, not blocks. */
const MAPS: readonly string[] = [
  "tags",
  "labels",
  "resourceLabels",
  "metadata",
  "userLabels",
  "keepers",
  "defaultTags",
];

/**
 * A plan in Terraform's plan format, which scanners read: addresses, values, and which resources refer to which. Only for
 * what Terraform has; Kubernetes' objects are manifests.
 */
export function terraformPlan(resources: readonly Judged[]): object {
  const addresses = new Map(resources.map((each) => [each.urn, addressOf(each)]));
  const planned = resources.map((resource) => {
    const [type, name] = [terraformType(resource.type), terraformName(resource.name)];
    const values = attributes(resource.inputs, known);
    return { address: `${type}.${name}`, mode: "managed", type, name, values };
  });
  return {
    format_version: "1.2",
    terraform_version: "1.9.0",
    planned_values: { root_module: { resources: planned } },
    resource_changes: planned.map(({ values, ...resource }, index) => ({
      ...resource,
      change: {
        actions: ["create"],
        before: null,
        after: values,
        after_unknown: attributes(resources[index]!.inputs, unknown),
      },
    })),
    configuration: {
      root_module: {
        resources: resources.map((resource) => ({
          address: addressOf(resource),
          mode: "managed",
          type: terraformType(resource.type),
          name: terraformName(resource.name),
          expressions: Object.fromEntries(
            Object.entries(resource.references).map(([property, urns]) => {
              const targets = urns.flatMap((urn) => addresses.get(urn) ?? []);
              return [snake(property), { references: targets.flatMap((target) => [`${target}.id`, target]) }];
            }),
          ),
        })),
      },
    },
  };
}

/** Whether Terraform has such a resource. */
export function hasTerraform({ type }: Judged): boolean {
  return /^(aws|gcp|random):/.test(type);
}

function addressOf({ type, name }: Judged): string {
  return `${terraformType(type)}.${terraformName(name)}`;
}

function terraformName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "_");
}

/** "aws:ec2/natGateway:NatGateway" is "aws_nat_gateway". */
function terraformType(token: string): string {
  const known = TYPES[token];
  if (known !== undefined) {
    return known;
  }
  const [, cloud, module, type] = /^(\w+):(\w+)\/\w+:(\w+)$/.exec(token) ?? [];
  if (cloud === undefined || module === undefined || type === undefined) {
    throw new RangeError(`no Terraform name for ${token}`);
  }
  const provider = cloud === "gcp" ? "google" : cloud;
  return [provider, ...(SILENT_MODULES.includes(module) ? [] : [module]), snake(type)].join("_");
}

/** "SSLPolicy" is "ssl_policy", "ipv6CidrBlock" is "ipv6_cidr_block". */
function snake(name: string): string {
  return name
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** What stands for a value: itself where it is known, or whether it isn't. */
type Leaf = (value: unknown) => unknown;

const known: Leaf = (value) => (value === pulumi.runtime.unknownValue ? undefined : value);
const unknown: Leaf = (value) => (value === pulumi.runtime.unknownValue ? true : undefined);

function attributes(values: object, leaf: Leaf): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [BLOCKS[name] ?? snake(name), attribute(name, value, leaf)]),
  );
}

/** A block is a list of objects, also where there can be one only. */
function attribute(name: string, value: unknown, leaf: Leaf): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => (isObject(item) ? attributes(item, leaf) : (leaf(item) ?? null)));
  }
  return !isObject(value) || MAPS.includes(name) ? leaf(value) : [attributes(value, leaf)];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
