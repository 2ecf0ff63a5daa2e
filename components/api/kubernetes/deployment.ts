import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { NOTICED_SECONDS } from "../../platform/platform";
import type { KubernetesApiArgs } from "./args";
import { APP, type Metadata } from "./names";
import { podSpec, type PodNames } from "./pod";
import { goingBack } from "./release";

/** Seconds within which a release must bring another pod to readiness: longer than its start-up may take, and no reason to wait more. */
const PROGRESS_SECONDS = 240;
/** Seconds that the provider waits after the cluster must have decided: what it may need to say so. */
const DECISION_SECONDS = 30;
/** Releases that can be gone back to. */
const REVISIONS = 3;

/**
 * The pods. A new release never has one less than the old: a pod starts, becomes ready, stays so, and only then another
 * one leaves. One that doesn't become ready stops the release, and the update goes back and fails.
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
        // The next one's turn comes when a load balancer sends requests to this one.
        minReadySeconds: NOTICED_SECONDS.ready,
        progressDeadlineSeconds: PROGRESS_SECONDS,
        revisionHistoryLimit: REVISIONS,
        template: { metadata: { labels: { ...args.labels, ...APP } }, spec: podSpec(args, names) },
      },
    },
    {
      ...opts,
      customTimeouts: { create: "20m", update: `${PROGRESS_SECONDS + DECISION_SECONDS}s` },
      hooks: { onError: [goingBack(args.kubeconfig, metadata.name)] },
    },
  );
}
