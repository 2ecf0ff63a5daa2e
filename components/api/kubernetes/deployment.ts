import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { NOTICED_SECONDS } from "../../platform/platform";
import type { KubernetesApiArgs } from "./args";
import { APP, type Metadata } from "./names";
import { podSpec, type PodNames } from "./pod";
import { rollbackHook } from "./release";

/** Seconds within which a rollout must make one more pod ready. Longer than the startup probe allows a pod to take. */
const PROGRESS_SECONDS = 240;
/** Seconds that the provider waits beyond that for the cluster to report its decision. */
const DECISION_SECONDS = 30;
/** Revisions that are retained for a rollback. */
const REVISIONS = 3;

/**
 * The pods. A rollout never reduces ready capacity: an old pod terminates only after a new one has become ready and stayed
 * ready. If a pod does not become ready, the update rolls back and fails.
 */
export function deployment(
  name: string,
  args: Pick<KubernetesApiArgs, "kubeconfig" | "image" | "requests" | "limits" | "labels">,
  metadata: Metadata,
  names: PodNames,
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.Deployment {
  return new k8s.apps.v1.Deployment(
    name,
    {
      metadata,
      spec: {
        // No replicas: the autoscaler owns their number.
        selector: { matchLabels: APP },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        // The rollout continues once a load balancer sends requests to the new pod.
        minReadySeconds: NOTICED_SECONDS.ready,
        progressDeadlineSeconds: PROGRESS_SECONDS,
        revisionHistoryLimit: REVISIONS,
        template: { metadata: { labels: { ...args.labels, ...APP } }, spec: podSpec(args, names) },
      },
    },
    {
      ...opts,
      customTimeouts: { create: "20m", update: `${PROGRESS_SECONDS + DECISION_SECONDS}s` },
      hooks: { onError: [rollbackHook(args.kubeconfig, metadata.name)] },
    },
  );
}
