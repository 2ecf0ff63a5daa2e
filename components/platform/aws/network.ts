import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { Audience, Service } from "../../model/role";
import { subnetCidr, type SubnetKind } from "../../model/addresses";
import type { Network, NetworkSpec, StackContext } from "../platform";
import { securityGroups } from "./flows";
import { tags } from "./tags";

/** A load balancer requires subnets in at least two zones. */
const PUBLIC_ZONES = 2;
const FLOW_LOG_DAYS = 365;

/** A VPC across the zones: data and API nodes in private subnets, the load balancer and NAT gateways in public ones. */
export class AwsNetwork extends pulumi.ComponentResource implements Network {
  static readonly __pulumiType = "ape:platform:Network";
  readonly resource = this;
  readonly vpcId: pulumi.Output<string>;
  readonly subnets: Readonly<Record<SubnetKind, readonly ec2.Subnet[]>>;
  readonly securityGroups: ReadonlyMap<Audience, ec2.SecurityGroup>;
  /** Resources that must exist before a node needs network access. */
  readonly ready: pulumi.Resource[] = [];

  constructor(
    private readonly context: StackContext,
    spec: NetworkSpec,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(AwsNetwork.__pulumiType, "network", { cidr: spec.cidr, zones: spec.zones, nat: spec.nat }, opts);
    const vpc = new ec2.Vpc(
      "network",
      { cidrBlock: spec.cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: tags(context, "network") },
      { parent: this },
    );
    this.vpcId = vpc.id;
    new ec2.DefaultSecurityGroup("default", { vpcId: vpc.id, tags: tags(context, "default") }, { parent: this });
    this.subnets = {
      public: this.subnetsOf("public", spec.cidr, Math.max(spec.zones, PUBLIC_ZONES)),
      data: this.subnetsOf("data", spec.cidr, spec.zones),
      api: this.subnetsOf("api", spec.cidr, spec.zones),
    };
    this.routes(spec);
    this.flowLog();
    this.securityGroups = securityGroups(context, vpc.id, spec, { parent: this });
    this.registerOutputs({ vpcId: this.vpcId });
  }

  /** The security groups of a node that hosts these services. */
  groupsOf(services: readonly Service[]): pulumi.Output<string>[] {
    return services.map((service) => this.securityGroups.get(service)!.id);
  }

  private subnetsOf(kind: SubnetKind, cidr: string, zones: number): ec2.Subnet[] {
    return this.context.zones.slice(0, zones).map((availabilityZone, zone) => {
      const name = `${kind}-${zone + 1}`;
      return new ec2.Subnet(
        name,
        {
          vpcId: this.vpcId,
          cidrBlock: subnetCidr(cidr, kind, zone),
          availabilityZone,
          mapPublicIpOnLaunch: false,
          tags: tags(this.context, name),
        },
        { parent: this },
      );
    });
  }

  private routes(spec: NetworkSpec): void {
    const internet = new ec2.InternetGateway(
      "internet",
      { vpcId: this.vpcId, tags: tags(this.context, "internet") },
      { parent: this },
    );
    const open = this.routeTable("public", this.subnets.public);
    const wayIn = new ec2.Route(
      "public",
      { routeTableId: open.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id },
      { parent: this },
    );
    this.ready.push(wayIn);
    const gateways = this.natGateways(spec, wayIn);
    const tables = this.subnets.data.map((data, zone) => {
      const name = `private-${zone + 1}`;
      const table = this.routeTable(name, [data, this.subnets.api[zone]!]);
      const nat = gateways[zone] ?? gateways[0];
      if (nat !== undefined) {
        const wayOut = new ec2.Route(
          name,
          { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
          { parent: this },
        );
        this.ready.push(wayOut);
      }
      return table;
    });
    new ec2.VpcEndpoint(
      "objects",
      {
        vpcId: this.vpcId,
        serviceName: `com.amazonaws.${this.context.region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: tables.map((table) => table.id),
        tags: tags(this.context, "objects"),
      },
      { parent: this },
    );
    if (spec.nat === "none") {
      this.secretsEndpoint(spec);
    }
  }

  private routeTable(name: string, subnets: readonly ec2.Subnet[]): ec2.RouteTable {
    const table = new ec2.RouteTable(name, { vpcId: this.vpcId, tags: tags(this.context, name) }, { parent: this });
    subnets.forEach((subnet, index) => {
      const association = new ec2.RouteTableAssociation(
        `${name}-${index + 1}`,
        { subnetId: subnet.id, routeTableId: table.id },
        { parent: this },
      );
      this.ready.push(association);
    });
    return table;
  }

  private natGateways(spec: NetworkSpec, wayIn: pulumi.Resource): ec2.NatGateway[] {
    const count = { none: 0, one: 1, "per-zone": spec.zones }[spec.nat];
    return this.subnets.public.slice(0, count).map((subnet, zone) => {
      const name = `nat-${zone + 1}`;
      const address = new ec2.Eip(name, { domain: "vpc", tags: tags(this.context, name) }, { parent: this });
      return new ec2.NatGateway(
        name,
        { subnetId: subnet.id, allocationId: address.allocationId, tags: tags(this.context, name) },
        { parent: this, dependsOn: wayIn },
      );
    });
  }

  /** An interface endpoint for the secret store: without NAT, nodes can't reach the public endpoint. */
  private secretsEndpoint(spec: NetworkSpec): void {
    const name = "secrets-endpoint";
    const group = new ec2.SecurityGroup(
      name,
      { vpcId: this.vpcId, description: "Secret store, from within the network", tags: tags(this.context, name) },
      { parent: this },
    );
    new ec2.SecurityGroupRule(
      name,
      {
        type: "ingress",
        securityGroupId: group.id,
        protocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrBlocks: [spec.cidr],
        description: "Nodes read their secrets",
      },
      { parent: this },
    );
    new ec2.VpcEndpoint(
      name,
      {
        vpcId: this.vpcId,
        serviceName: `com.amazonaws.${this.context.region}.secretsmanager`,
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: this.subnets.api.map((subnet) => subnet.id),
        securityGroupIds: [group.id],
        tags: tags(this.context, name),
      },
      { parent: this },
    );
  }

  private flowLog(): void {
    const name = "flow-log";
    const path = `/${this.context.prefix}/flow`;
    const log = new cloudwatch.LogGroup(
      name,
      { name: path, retentionInDays: FLOW_LOG_DAYS, tags: tags(this.context, name) },
      { parent: this, deleteBeforeReplace: true },
    );
    const writer = new iam.Role(
      name,
      { assumeRolePolicy: JSON.stringify(ASSUMED_BY_FLOW_LOGS), tags: tags(this.context, name) },
      { parent: this },
    );
    const permission = new iam.RolePolicy(
      name,
      { role: writer.name, policy: JSON.stringify(flowLogPolicy(this.context.region, path)) },
      { parent: this },
    );
    new ec2.FlowLog(
      name,
      {
        vpcId: this.vpcId,
        trafficType: "REJECT", // logging accepted traffic would cost more than the nodes
        logDestinationType: "cloud-watch-logs",
        logDestination: log.arn,
        iamRoleArn: writer.arn,
        tags: tags(this.context, name),
      },
      { parent: this, dependsOn: permission },
    );
  }
}

const ASSUMED_BY_FLOW_LOGS = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "vpc-flow-logs.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

function flowLogPolicy(region: string, path: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: [`arn:aws:logs:${region}:*:log-group:${path}`, `arn:aws:logs:${region}:*:log-group:${path}:*`],
      },
      { Effect: "Allow", Action: ["logs:DescribeLogGroups"], Resource: "*" }, // has no resource-level permissions
    ],
  };
}
