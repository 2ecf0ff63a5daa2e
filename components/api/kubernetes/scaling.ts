import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesApiArgs } from "./args";
import { APP, type Metadata } from "./names";

/** Seconds of low utilization before a pod is removed. */
const STABILIZATION_SECONDS = 300;

/** The autoscaler, which owns the number of pods, and the budget that limits voluntary disruptions to one pod at a time. */
export function scaling(
  name: string,
  { autoscaling }: Pick<KubernetesApiArgs, "autoscaling">,
  metadata: Metadata,
  deployment: k8s.apps.v1.Deployment,
  opts: pulumi.CustomResourceOptions,
): void {
  const { minReplicas, maxReplicas, cpuPercent, memoryPercent } = autoscaling;
  new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    name,
    {
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: metadata.name },
        minReplicas,
        maxReplicas,
        metrics: [utilization("cpu", cpuPercent), utilization("memory", memoryPercent)],
        // Scale up at once, to twice as many or two more, whichever is more. Scale down one pod a minute.
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: "Max",
            policies: [
              { type: "Percent", value: 100, periodSeconds: 15 },
              { type: "Pods", value: 2, periodSeconds: 15 },
            ],
          },
          scaleDown: {
            stabilizationWindowSeconds: STABILIZATION_SECONDS,
            policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
          },
        },
      },
    },
    pulumi.mergeOptions(opts, { dependsOn: deployment }),
  );
  new k8s.policy.v1.PodDisruptionBudget(
    name,
    {
      metadata,
      // An unready pod must not block draining its node.
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: APP } },
    },
    opts,
  );
}

/** Utilization of the sum of the requests of all containers of a pod, sidecars included on both sides. */
function utilization(resource: string, averageUtilization: number): k8s.types.input.autoscaling.v2.MetricSpec {
  return { type: "Resource", resource: { name: resource, target: { type: "Utilization", averageUtilization } } };
}
