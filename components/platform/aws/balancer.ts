import * as acm from "@pulumi/aws/acm";
import * as autoscaling from "@pulumi/aws/autoscaling";
import * as lb from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import type { Backend, Balancer, BalancerSpec, ServerCertificate, StackContext } from "../platform";
import type { AwsBucket } from "./bucket";
import type { AwsGroup } from "./group";
import type { AwsNetwork } from "./network";
import type { AwsNode } from "./node";
import { tags } from "./tags";

/** Seconds that a member which leaves may take to answer what it has; the API's own time-out. */
const DRAIN_SECONDS = 60;

/** An application load balancer: HTTPS in, HTTPS on to the nodes, HTTP redirected. */
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
      { ...within, dependsOn: [logs.policy, ...network.ready] }, // AWS tries to write to the log bucket at once
    );
    const targets = new lb.TargetGroup(
      spec.name,
      {
        vpcId: network.vpcId,
        targetType: "instance",
        port: spec.backend.port,
        protocol: "HTTPS",
        deregistrationDelay: DRAIN_SECONDS,
        loadBalancingAlgorithmType: "least_outstanding_requests",
        healthCheck: {
          protocol: "HTTPS",
          path: spec.backend.path,
          matcher: "200",
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 3,
        },
        tags: tags(context, spec.name),
      },
      within,
    );
    register(spec, targets, backend, within);
    const certificateArn = spec.certificate || ownCertificate(context, spec, own, within);
    new lb.Listener(
      `${spec.name}-https`,
      {
        loadBalancerArn: balancer.arn,
        port: 443,
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificateArn,
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
        tags: tags(context, `${spec.name}-https`),
      },
      within,
    );
    new lb.Listener(
      `${spec.name}-http`,
      {
        loadBalancerArn: balancer.arn,
        port: 80,
        protocol: "HTTP",
        defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
        tags: tags(context, `${spec.name}-http`),
      },
      within,
    );
    this.host = balancer.dnsName;
    this.registerOutputs({ host: this.host });
  }
}

function register(
  spec: BalancerSpec,
  targets: lb.TargetGroup,
  backend: Backend,
  opts: pulumi.CustomResourceOptions,
): void {
  if ("group" in backend) {
    const { group } = backend.group as AwsGroup;
    new autoscaling.Attachment(spec.name, { autoscalingGroupName: group.name, lbTargetGroupArn: targets.arn }, opts);
    return;
  }
  for (const { node, port } of backend.nodes.map((node) => ({ node: node as AwsNode, port: spec.backend.port }))) {
    new lb.TargetGroupAttachment(node.name, { targetGroupArn: targets.arn, targetId: node.instance.id, port }, opts);
  }
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
