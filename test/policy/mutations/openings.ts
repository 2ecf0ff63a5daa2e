import { add, type Mutation } from "./mutation";

/** A port opened in each of the ways that AWS and Google Cloud have. */
export function addRule(rule: string, port: number, cidrs: readonly string[]): Mutation[] {
  const range = { fromPort: port, toPort: port };
  const isV6 = cidrs[0]!.includes(":");
  const listed = isV6 ? { ipv6CidrBlocks: cidrs } : { cidrBlocks: cidrs };
  const description = "Opened by a test";
  return [
    add(rule, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
      ...range,
      ipProtocol: "tcp",
      ...(isV6 ? { cidrIpv6: cidrs[0] } : { cidrIpv4: cidrs[0] }),
      description,
    }),
    add(rule, "aws:ec2/securityGroupRule:SecurityGroupRule", {
      ...range,
      type: "ingress",
      protocol: "tcp",
      ...listed,
      description,
    }),
    add(rule, "gcp:compute/firewall:Firewall", {
      allows: [{ protocol: "tcp", ports: [String(port)] }],
      sourceRanges: cidrs,
      description,
      logConfig: { metadata: "INCLUDE_ALL_METADATA" },
    }),
  ];
}
