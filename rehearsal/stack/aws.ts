import { machineType } from "../../components/model/machine-types";
import type { Host, LocalBalancer, LocalDisk, LocalStack, AllowRule, Permission } from "./local-stack";
import { memberAddress, type Planned, type Resources } from "./resources";

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
  readonly launchTemplate?: { readonly id: string };
  readonly mixedInstancesPolicy?: {
    readonly launchTemplate: { readonly launchTemplateSpecification: { readonly launchTemplateId: string } };
  };
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
  const [balancer] = resources.of<LoadBalancer>("aws:lb/loadBalancer:LoadBalancer");
  const [targets] = resources.of<TargetGroup>("aws:lb/targetGroup:TargetGroup");
  const [certificate] = resources.of<Certificate>("aws:acm/certificate:Certificate");
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
    const template = templateOf(resources, inputs);
    return inputs.vpcZoneIdentifiers.map((subnetId, index) => {
      const subnet = subnetOf(resources, subnetId);
      return {
        name: `${name}-${index + 1}`,
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

function templateOf(resources: Resources, { launchTemplate, mixedInstancesPolicy }: ScalingGroup): LaunchTemplate {
  const wanted =
    launchTemplate?.id ?? mixedInstancesPolicy!.launchTemplate.launchTemplateSpecification.launchTemplateId;
  return resources.one<LaunchTemplate>("aws:ec2/launchTemplate:LaunchTemplate", ({ id }) => id === wanted).inputs;
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
      const volume = resources.one<{ size: number }>("aws:ebs/volume:Volume", ({ id }) => id === volumeId);
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

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: { readonly StringLike?: { readonly "s3:prefix"?: readonly string[] } };
}

const ACTIONS: Readonly<Record<string, Permission["action"]>> = {
  "s3:GetObject": "get",
  "s3:PutObject": "put",
  "s3:DeleteObject": "delete",
  "s3:ListBucket": "list",
  "secretsmanager:GetSecretValue": "secret",
};

/** Permissions from the planned policies of an instance profile's role. */
function permissions(resources: Resources, profileName: string): Permission[] {
  const profile = resources.one<{ role: string }>(
    "aws:iam/instanceProfile:InstanceProfile",
    ({ name }) => name === profileName,
  );
  return resources
    .of<{ role: string; policy: string }>("aws:iam/rolePolicy:RolePolicy")
    .filter(({ inputs }) => inputs.role === profile.inputs.role)
    .flatMap(({ inputs }) => (JSON.parse(inputs.policy) as { Statement: Statement[] }).Statement)
    .flatMap((statement) =>
      statement.Action.flatMap((action) =>
        [statement.Resource].flat().flatMap((resource) => right(ACTIONS[action], resource, statement)),
      ),
    );
}

function right(action: Permission["action"] | undefined, resource: string, statement: Statement): Permission[] {
  switch (action) {
    case undefined:
      return [];
    case "secret":
      // Secrets Manager appends six random characters to every ARN.
      return [{ action, on: resource.split(":secret:")[1]!.replace(/-\?{6}$/, ""), prefix: "", exact: false }];
    case "list":
      return (statement.Condition?.StringLike?.["s3:prefix"] ?? ["*"]).map((prefix) => ({
        action,
        on: bucketAndKey(resource).bucket,
        prefix: prefix.replace(/\*$/, ""),
        exact: false,
      }));
    default: {
      const { bucket, key } = bucketAndKey(resource);
      return [{ action, on: bucket, prefix: key.replace(/\*$/, ""), exact: !key.endsWith("*") }];
    }
  }
}

function bucketAndKey(arn: string): { bucket: string; key: string } {
  const [, bucket, key = ""] = /^arn:aws:s3:::([^/]+)\/?(.*)$/s.exec(arn)!;
  return { bucket: bucket!, key };
}
