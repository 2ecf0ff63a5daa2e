import * as acm from "@pulumi/aws/acm";
import * as autoscaling from "@pulumi/aws/autoscaling";
import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import { dependencies } from "../options";
import { HEALTH_CHECKS, MANAGED_CERTIFICATE } from "../platform";
import type { Backend, Balancer, BalancerSpec, ServerCertificate, StackContext } from "../platform";
import type { AwsBucket } from "./bucket";
import type { AwsBackend } from "./group";
import type { AwsNetwork } from "./network";
import type { AwsNode } from "./node";
import { tags } from "./tags";

/** An application load balancer: HTTPS from clients and to the nodes; HTTP redirects to HTTPS. */
export class AwsBalancer extends pulumi.ComponentResource implements Balancer {
  static readonly __pulumiType = "ape:platform:LoadBalancer";
  readonly resource = this;
  readonly host: pulumi.Output<string>;

  constructor(
    context: StackContext,
    spec: BalancerSpec,
    network: AwsNetwork,
    own: ServerCertificate,
    backend: Backend,
    logs: AwsBucket,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(AwsBalancer.__pulumiType, spec.name, { domain: spec.domain }, opts);
    const within = { parent: this };
    const balancer = new lb.LoadBalancer(
      spec.name,
      {
        loadBalancerType: "application",
        internal: false,
        securityGroups: [network.securityGroups.get("loadBalancer")!.id],
        subnets: network.subnets.public.map((subnet) => subnet.id),
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "defensive",
        idleTimeout: spec.timeoutSeconds,
        accessLogs: { enabled: true, bucket: logs.name, prefix: "load-balancer" },
        tags: tags(context, spec.name),
      },
      { ...within, dependsOn: [logs.policy, ...network.ready] }, // AWS writes a test object to the log bucket on creation
    );
    const targets = targetGroup(context, spec, network, within);
    const registered = register(spec, targets, backend, within);
    const certificateArn = certificateOf(context, spec, own, within);
    new lb.Listener(
      `${spec.name}-https`,
      {
        loadBalancerArn: balancer.arn,
        port: 443,
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificateArn,
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
      },
      // Forward to the targets only once they are registered and serve.
      { ...within, dependsOn: [...registered, ...dependencies(opts)] },
    );
    new lb.Listener(
      `${spec.name}-http`,
      {
        loadBalancerArn: balancer.arn,
        port: 80,
        protocol: "HTTP",
        defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
      },
      within,
    );
    if (spec.dnsZone !== "") {
      aliasRecord(spec, balancer, within);
    }
    this.host = balancer.dnsName;
    this.registerOutputs({ host: this.host });
  }
}

function targetGroup(
  context: StackContext,
  spec: BalancerSpec,
  network: AwsNetwork,
  opts: pulumi.CustomResourceOptions,
): lb.TargetGroup {
  return new lb.TargetGroup(
    spec.name,
    {
      vpcId: network.vpcId,
      targetType: "instance",
      port: spec.backend.port,
      protocol: "HTTPS",
      deregistrationDelay: spec.timeoutSeconds,
      loadBalancingAlgorithmType: "least_outstanding_requests",
      healthCheck: {
        protocol: "HTTPS",
        path: spec.backend.path,
        matcher: "200",
        interval: HEALTH_CHECKS.intervalSeconds,
        timeout: HEALTH_CHECKS.timeoutSeconds,
        healthyThreshold: HEALTH_CHECKS.healthy,
        unhealthyThreshold: HEALTH_CHECKS.unhealthy,
      },
      tags: tags(context, spec.name),
    },
    opts,
  );
}

/** The domain's address record in its zone, an alias of the load balancer. */
function aliasRecord(
  { name, domain, dnsZone }: BalancerSpec,
  balancer: lb.LoadBalancer,
  opts: pulumi.CustomResourceOptions,
): void {
  new route53.Record(
    name,
    {
      zoneId: dnsZone,
      name: domain,
      type: "A",
      aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
    },
    opts,
  );
}

function register(
  spec: BalancerSpec,
  targets: lb.TargetGroup,
  backend: Backend,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if ("group" in backend) {
    const { autoscalingGroupName } = backend.group as AwsBackend;
    return [new autoscaling.Attachment(spec.name, { autoscalingGroupName, lbTargetGroupArn: targets.arn }, opts)];
  }
  const { port } = spec.backend;
  return backend.nodes.map((node) => {
    const { name, instance } = node as AwsNode;
    return new lb.TargetGroupAttachment(name, { targetGroupArn: targets.arn, targetId: instance.id, port }, opts);
  });
}

function certificateOf(
  context: StackContext,
  spec: BalancerSpec,
  own: ServerCertificate,
  opts: pulumi.CustomResourceOptions,
): pulumi.Input<string> {
  if (spec.certificate === MANAGED_CERTIFICATE) {
    return managedCertificate(context, spec, opts);
  }
  return spec.certificate || ownCertificate(context, spec, own, opts);
}

/** A certificate validated by a DNS record in the domain's zone. AWS renews it as long as the record exists. */
function managedCertificate(
  context: StackContext,
  { name, domain, dnsZone }: BalancerSpec,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const certificate = new acm.Certificate(
    name,
    { domainName: domain, validationMethod: "DNS", tags: tags(context, name) },
    opts,
  );
  const proof = certificate.domainValidationOptions[0]!;
  const record = new route53.Record(
    `${name}-certificate`,
    {
      zoneId: dnsZone,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 300,
      allowOverwrite: true, // another stack may have validated the same name
    },
    opts,
  );
  return new acm.CertificateValidation(
    name,
    { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
    opts,
  ).certificateArn;
}

function ownCertificate(
  context: StackContext,
  spec: BalancerSpec,
  own: ServerCertificate,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return new acm.Certificate(
    spec.name,
    {
      certificateBody: own.certificate,
      privateKey: own.key,
      certificateChain: own.chain,
      tags: tags(context, spec.name),
    },
    opts,
  ).arn;
}
