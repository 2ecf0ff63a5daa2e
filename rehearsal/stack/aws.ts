import { machineType } from "../../components/model/machine-types";
import { permissions } from "./aws-permissions";
import type { Host, LocalBalancer, LocalDisk, LocalStack, AllowRule } from "./local-stack";
import { memberAddress, memberInstance, type Planned, type Resources } from "./resources";

interface Ec2Subnet {
  readonly cidrBlock: string;
  readonly availabilityZone: string;
}

interface Ec2Instance {
  readonly subnetId: string;
  readonly privateIp: string;
  readonly instanceType: string;
  readonly iamInstanceProfile: string;
  readonly vpcSecurityGroupIds: readonly string[];
  readonly userData: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface LaunchTemplate {
  readonly instanceType: string;
  readonly userData: string;
  readonly iamInstanceProfile: { readonly name: string };
  readonly networkInterfaces: readonly [{ readonly securityGroups: readonly string[] }];
  readonly tags: Readonly<Record<string, string>>;
}

interface ScalingGroup {
  readonly minSize: number;
  readonly vpcZoneIdentifiers: readonly string[];
  readonly launchTemplate?: { readonly id: string; readonly version: string };
  readonly mixedInstancesPolicy?: {
    readonly launchTemplate: {
      readonly launchTemplateSpecification: { readonly launchTemplateId: string; readonly version: string };
    };
  };
}

const VOLUME = "aws:ebs/volume:Volume";

interface Volume {
  readonly size: number;
}

interface SecurityGroupRule {
  readonly securityGroupId: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly cidrIpv4?: string;
  readonly referencedSecurityGroupId?: string;
}

/** Translates planned AWS resources. */
export function awsStack(stack: string, region: string, resources: Resources): LocalStack {
  const hosts = [...instanceHosts(resources), ...groupHosts(resources)];
  const balancer = balancerOf(resources);
  const peers = [...hosts, ...(balancer === undefined ? [] : [{ address: balancer.source, groups: balancer.groups }])];
  return {
    stack,
    cloud: "aws",
    region,
    subnets: resources
      .of<Ec2Subnet>("aws:ec2/subnet:Subnet")
      .map(({ name, inputs }) => ({ name, cidr: inputs.cidrBlock })),
    hosts: hosts.map(({ groups, ...host }) => ({
      ...host,
      ingress: allowRules(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", groups, peers),
      egress: allowRules(resources, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", groups, peers),
    })),
    volumes: resources.of<Volume>(VOLUME).map(({ name, inputs }) => ({ name, sizeGiB: inputs.size })),
    buckets: resources.of<{ bucket: string }>("aws:s3/bucket:Bucket").map(({ inputs }) => inputs.bucket),
    objects: resources
      .of<{ bucket: string; key: string; content: string }>("aws:s3/bucketObjectv2:BucketObjectv2")
      .map(({ inputs: { bucket, key, content } }) => ({ bucket, key, content })),
    secrets: resources
      .of<{ secretId: string; secretString: string }>("aws:secretsmanager/secretVersion:SecretVersion")
      .map(({ inputs }) => ({
        name: resources.one<{ name: string }>("aws:secretsmanager/secret:Secret", ({ id }) => id === inputs.secretId)
          .inputs.name,
        value: inputs.secretString,
      })),
    archives: [],
    ...(balancer === undefined ? {} : { balancer: balancer.local }),
    internet: resources.of("aws:ec2/natGateway:NatGateway").length > 0,
  };
}

interface LoadBalancer {
  readonly idleTimeout: number;
  readonly securityGroups: readonly string[];
  readonly subnets: readonly string[];
}

interface TargetGroup {
  readonly port: number;
  readonly healthCheck: {
    readonly path: string;
    readonly interval: number;
    readonly timeout: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
  };
}

interface Certificate {
  readonly certificateBody: string;
  readonly privateKey: string;
  readonly certificateChain: string;
}

/** The load balancer, with its source address and security groups for the firewall rules. */
function balancerOf(
  resources: Resources,
): { source: string; groups: readonly string[]; local: LocalBalancer } | undefined {
  const balancer = resources.newest<LoadBalancer>("aws:lb/loadBalancer:LoadBalancer");
  const targets = resources.newest<TargetGroup>("aws:lb/targetGroup:TargetGroup");
  const certificate = resources.newest<Certificate>("aws:acm/certificate:Certificate");
  if (balancer === undefined || targets === undefined || certificate === undefined) {
    return undefined;
  }
  const { idleTimeout, securityGroups, subnets } = balancer.inputs;
  const { path, interval, timeout, healthyThreshold, unhealthyThreshold } = targets.inputs.healthCheck;
  const source = memberAddress(subnetOf(resources, subnets[0]!).inputs.cidrBlock, 0);
  return {
    source,
    groups: securityGroups,
    local: {
      port: targets.inputs.port,
      source,
      certificate: [
        certificate.inputs.certificateBody,
        certificate.inputs.certificateChain,
        certificate.inputs.privateKey,
      ].join("\n"),
      idleSeconds: idleTimeout,
      health: {
        path,
        intervalSeconds: interval,
        timeoutSeconds: timeout,
        healthy: healthyThreshold,
        unhealthy: unhealthyThreshold,
      },
    },
  };
}

interface Ec2Host extends Omit<Host, "ingress" | "egress"> {
  readonly groups: readonly string[];
}

function instanceHosts(resources: Resources): Ec2Host[] {
  return resources.of<Ec2Instance>("aws:ec2/instance:Instance").map(({ name, id, inputs }) => {
    const subnet = subnetOf(resources, inputs.subnetId);
    return {
      name,
      instance: id,
      services: services(inputs.tags),
      zone: subnet.inputs.availabilityZone,
      subnet: subnet.name,
      address: inputs.privateIp,
      ...size(inputs.instanceType),
      starts: true,
      userData: inputs.userData,
      disks: disks(resources, id),
      permissions: permissions(resources, inputs.iamInstanceProfile),
      groups: inputs.vpcSecurityGroupIds,
    };
  });
}

/** One host per zone of every scaling group, so that drills can place a client on either side of an isolated zone. */
function groupHosts(resources: Resources): Ec2Host[] {
  return resources.of<ScalingGroup>("aws:autoscaling/group:Group").flatMap(({ name, inputs }) => {
    const launch = launchOf(inputs);
    const template = resources.one<LaunchTemplate>(
      "aws:ec2/launchTemplate:LaunchTemplate",
      ({ id }) => id === launch.template,
    ).inputs;
    return inputs.vpcZoneIdentifiers.map((subnetId, index) => {
      const subnet = subnetOf(resources, subnetId);
      return {
        name: `${name}-${index + 1}`,
        instance: memberInstance(name, index, launch),
        group: name,
        services: services(template.tags),
        zone: subnet.inputs.availabilityZone,
        subnet: subnet.name,
        address: memberAddress(subnet.inputs.cidrBlock, index),
        ...size(template.instanceType),
        starts: index < inputs.minSize,
        userData: Buffer.from(template.userData, "base64").toString("utf8"),
        disks: [],
        permissions: permissions(resources, template.iamInstanceProfile.name),
        groups: template.networkInterfaces[0].securityGroups,
      };
    });
  });
}

/** The launch template of a group's members, and its version. */
function launchOf({ launchTemplate, mixedInstancesPolicy }: ScalingGroup): { template: string; version: string } {
  if (launchTemplate !== undefined) {
    return { template: launchTemplate.id, version: launchTemplate.version };
  }
  const { launchTemplateId, version } = mixedInstancesPolicy!.launchTemplate.launchTemplateSpecification;
  return { template: launchTemplateId, version };
}

function subnetOf(resources: Resources, wanted: string): Planned<Ec2Subnet> {
  return resources.one<Ec2Subnet>("aws:ec2/subnet:Subnet", ({ id }) => id === wanted);
}

function size(instanceType: string): Pick<Host, "instanceType" | "vcpu" | "memGiB"> {
  const { vcpu, memGiB } = machineType("aws", instanceType)!;
  return { instanceType, vcpu, memGiB };
}

function services(tags: Readonly<Record<string, string>>): string[] {
  return tags.Service!.split("+");
}

function disks(resources: Resources, instance: string): LocalDisk[] {
  return resources
    .of<{ instanceId: string; volumeId: string }>("aws:ec2/volumeAttachment:VolumeAttachment")
    .filter(({ inputs }) => inputs.instanceId === instance)
    .map(({ inputs: { volumeId } }) => {
      const volume = resources.one<Volume>(VOLUME, ({ id }) => id === volumeId);
      return {
        name: volume.name,
        sizeGiB: volume.inputs.size,
        // udev's name for an EBS volume, from the serial number of its NVMe device.
        path: `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`,
      };
    });
}

function allowRules(
  resources: Resources,
  type: string,
  groups: readonly string[],
  hosts: readonly Pick<Ec2Host, "address" | "groups">[],
): AllowRule[] {
  return resources
    .of<SecurityGroupRule>(type)
    .filter(({ inputs }) => groups.includes(inputs.securityGroupId))
    .map(({ inputs }) => ({
      ports: { from: inputs.fromPort, to: inputs.toPort },
      peers:
        inputs.cidrIpv4 === undefined
          ? hosts
              .filter((host) => host.groups.includes(inputs.referencedSecurityGroupId!))
              .map(({ address }) => `${address}/32`)
          : [inputs.cidrIpv4],
    }))
    .filter(({ peers }) => peers.length > 0);
}
