import type { Kind, Kinds } from "../kind";

const text = (value: unknown): string => value as string;

/** A type of which a change of these inputs replaces the resource. Source: the provider's schema. */
function replacedBy(...inputs: readonly string[]): Kind {
  return { replacedBy: inputs };
}

function held(kind: Kind, error: string, ...types: readonly string[]): Kind {
  return { ...kind, heldBy: { types, error } };
}

const INSTANCE = "aws:ec2/instance:Instance";
const SUBNET = "aws:ec2/subnet:Subnet";

const NETWORK: Kinds = {
  "aws:ec2/vpc:Vpc": held(replacedBy("cidrBlock"), "DependencyViolation: The vpc has dependencies", SUBNET),
  [SUBNET]: held(
    replacedBy("vpcId", "cidrBlock", "availabilityZone"),
    "DependencyViolation: The subnet has dependencies and cannot be deleted.",
    ...[INSTANCE, "aws:autoscaling/group:Group", "aws:ec2/natGateway:NatGateway", "aws:lb/loadBalancer:LoadBalancer"],
  ),
  "aws:ec2/securityGroup:SecurityGroup": held(
    replacedBy("vpcId", "description", "name"),
    "DependencyViolation: resource has a dependent object",
    ...[INSTANCE, "aws:lb/loadBalancer:LoadBalancer", "aws:ec2/vpcEndpoint:VpcEndpoint"],
  ),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": replacedBy("securityGroupId"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": replacedBy("securityGroupId"),
  "aws:ec2/securityGroupRule:SecurityGroupRule": replacedBy(
    ...["securityGroupId", "type", "protocol", "fromPort", "toPort", "cidrBlocks", "sourceSecurityGroupId"],
  ),
  "aws:ec2/routeTable:RouteTable": replacedBy("vpcId"),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": replacedBy("subnetId"),
  "aws:ec2/route:Route": replacedBy("routeTableId", "destinationCidrBlock"),
  "aws:ec2/eip:Eip": replacedBy("domain"),
  "aws:ec2/natGateway:NatGateway": replacedBy("subnetId", "allocationId"),
  "aws:ec2/vpcEndpoint:VpcEndpoint": replacedBy("vpcId", "serviceName", "vpcEndpointType"),
  "aws:ec2/flowLog:FlowLog": replacedBy(
    ...["vpcId", "trafficType", "logDestination", "logDestinationType", "iamRoleArn"],
  ),
  "aws:cloudwatch/logGroup:LogGroup": { replacedBy: ["name"], uniqueName: ({ name }) => text(name) },
};

const IDENTITY: Kinds = {
  "aws:iam/role:Role": replacedBy("name", "path"),
  "aws:iam/rolePolicy:RolePolicy": replacedBy("name", "role"),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": replacedBy("role", "policyArn"),
  "aws:iam/instanceProfile:InstanceProfile": replacedBy("name", "path"),
  "aws:kms/alias:Alias": { replacedBy: ["name"], uniqueName: ({ name }) => text(name) },
};

const GROUPS: Kinds = {
  "aws:ec2/launchTemplate:LaunchTemplate": { replacedBy: ["name"], version: "latestVersion" },
  "aws:autoscaling/group:Group": replacedBy("name"),
  "aws:autoscaling/policy:Policy": replacedBy("name", "autoscalingGroupName"),
  "aws:autoscaling/attachment:Attachment": replacedBy("autoscalingGroupName", "lbTargetGroupArn"),
};

const BALANCER: Kinds = {
  "aws:lb/loadBalancer:LoadBalancer": {
    replacedBy: ["name", "internal", "loadBalancerType"],
    refusesDelete: ({ inputs }) =>
      inputs.enableDeletionProtection === true
        ? "OperationNotPermitted: Load balancer cannot be deleted because deletion protection is enabled"
        : undefined,
  },
  "aws:lb/targetGroup:TargetGroup": held(
    replacedBy("name", "port", "protocol", "vpcId", "targetType"),
    "ResourceInUse: Target group is currently in use by a listener or a rule",
    "aws:lb/listener:Listener",
  ),
  "aws:lb/listener:Listener": replacedBy("loadBalancerArn"),
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": replacedBy("targetGroupArn", "targetId", "port"),
  "aws:acm/certificate:Certificate": held(
    replacedBy("domainName", "validationMethod", "subjectAlternativeNames"),
    "ResourceInUseException: Certificate is in use",
    "aws:lb/listener:Listener",
  ),
  "aws:acm/certificateValidation:CertificateValidation": replacedBy("certificateArn", "validationRecordFqdns"),
  "aws:route53/record:Record": replacedBy("zoneId", "name"),
  "aws:budgets/budget:Budget": replacedBy("name"),
};

const CLUSTER: Kinds = {
  "aws:eks/cluster:Cluster": {
    replacedBy: ["name", "roleArn", "encryptionConfig", "bootstrapSelfManagedAddons"],
    uniqueName: ({ name }) => text(name),
    refusesDelete: ({ name, inputs }) =>
      inputs.deletionProtection === true
        ? `InvalidRequestException: Cluster ${name} cannot be deleted because deletion protection is enabled`
        : undefined,
  },
  "aws:eks/nodeGroup:NodeGroup": replacedBy("clusterName", "nodeRoleArn", "subnetIds", "amiType"),
  "aws:eks/addon:Addon": replacedBy("clusterName", "addonName"),
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": replacedBy("clusterName", "namespace", "serviceAccount"),
};

/** AWS' resources that have no machine behind them, except storage. */
export const AWS_RECORDS: Kinds = { ...NETWORK, ...IDENTITY, ...GROUPS, ...BALANCER, ...CLUSTER };
