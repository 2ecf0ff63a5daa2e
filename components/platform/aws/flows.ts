import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type * as pulumi from "@pulumi/pulumi";
import { flowName, type FlowRule } from "../../model/flows";
import type { Audience } from "../../model/role";
import type { NetworkSpec, StackContext } from "../platform";
import { tags } from "./tags";

/** Egress of every node: package mirrors, object storage and the cloud's APIs. */
const OUTBOUND = [
  { name: "https", port: 443, what: "Object storage, secrets, packages" },
  { name: "http", port: 80, what: "Debian packages, which are signed" },
] as const;

/** One security group per service, and one for the load balancer if the stack runs the API. Their rules are the declared flows, on both ends. */
export function securityGroups(
  context: StackContext,
  vpcId: pulumi.Input<string>,
  spec: NetworkSpec,
  opts: pulumi.CustomResourceOptions,
): ReadonlyMap<Audience, ec2.SecurityGroup> {
  const groups = new Map<Audience, ec2.SecurityGroup>();
  const isServed = spec.services.includes("api");
  for (const audience of [...spec.services, ...(isServed ? (["loadBalancer"] as const) : [])]) {
    const name = audience === "loadBalancer" ? "load-balancer" : audience;
    const description = audience === "loadBalancer" ? "Load balancer of the API" : `Nodes of ${audience}`;
    groups.set(audience, new ec2.SecurityGroup(name, { vpcId, description, tags: tags(context, name) }, opts));
  }
  for (const service of spec.services) {
    outbound(service, groups.get(service)!, opts);
  }
  if (isServed) {
    clients(spec, groups.get("loadBalancer")!, opts);
  }
  spec.flows.forEach((flow) => permit(flow, spec, groups, opts));
  return groups;
}

function outbound(service: string, group: ec2.SecurityGroup, opts: pulumi.CustomResourceOptions): void {
  for (const { name, port, what } of OUTBOUND) {
    const rule = `${service}-out-${name}`;
    new vpc.SecurityGroupEgressRule(
      rule,
      { securityGroupId: group.id, ...tcp(port), cidrIpv4: "0.0.0.0/0", description: what },
      opts,
    );
  }
}

function clients(spec: NetworkSpec, group: ec2.SecurityGroup, opts: pulumi.CustomResourceOptions): void {
  for (const cidr of spec.clientCidrs) {
    for (const { port, what } of [
      { port: 443, what: "API clients" },
      { port: 80, what: "API clients, redirected to HTTPS" },
    ]) {
      const rule = `load-balancer-${port}-from-${cidr}`;
      new vpc.SecurityGroupIngressRule(
        rule,
        { securityGroupId: group.id, ...tcp(port), cidrIpv4: cidr, description: what },
        opts,
      );
    }
  }
}

function permit(
  flow: FlowRule,
  spec: NetworkSpec,
  groups: ReadonlyMap<Audience, ec2.SecurityGroup>,
  opts: pulumi.CustomResourceOptions,
): void {
  const name = flowName(flow);
  const to = groups.get(flow.to)!;
  const source = groups.get(flow.from);
  const common = { ...tcp(flow.port), description: flow.protocol };
  if (source === undefined) {
    spec.apiCidrs.forEach((cidr) => {
      new vpc.SecurityGroupIngressRule(`${name}-${cidr}`, { ...common, securityGroupId: to.id, cidrIpv4: cidr }, opts);
    });
    return;
  }
  new vpc.SecurityGroupIngressRule(
    name,
    { ...common, securityGroupId: to.id, referencedSecurityGroupId: source.id },
    opts,
  );
  new vpc.SecurityGroupEgressRule(
    name,
    { ...common, securityGroupId: source.id, referencedSecurityGroupId: to.id },
    opts,
  );
}

function tcp(port: number): { ipProtocol: string; fromPort: number; toPort: number } {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}
