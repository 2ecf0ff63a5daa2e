import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { NOTICED_SECONDS } from "../../platform/platform";
import type { KubernetesApiArgs } from "./args";
import { CA_FILE, CA_FOLDER } from "./environment";
import { CONFINED } from "./confined";
import { front, frontVolumes, type FrontFiles } from "./front";
import { APP, HTTP } from "./names";
import { quantities } from "./quantities";

/** Seconds between a pod's farewell and its end: until the load balancer has noticed, and acts on it. The latter is ours. */
const FAREWELL_SECONDS = NOTICED_SECONDS.unready + 5;
/** Seconds that the API outlives the farewell of the nginx before it, so that no request finds it gone. Ours. */
const HANDOVER_SECONDS = 2;
/** Seconds that requests have to end: the proxies' time-out. */
const DRAIN_SECONDS = 60;
/** Written files of a container that stay small: logs go out, and /tmp is a volume of its own. */
const EPHEMERAL = { requests: "64Mi", limits: "512Mi" } as const;
const TMP_SIZE = "256Mi";
/** Neither root nor anybody whom a node knows. */
const USER = 10_001;

export interface PodNames {
  readonly environment: pulumi.Input<string>;
  readonly credentials: pulumi.Input<string>;
  readonly account: pulumi.Input<string>;
  /** Files of what stands before the container; absent: nothing does. */
  readonly front?: FrontFiles;
}

/** The pod: the API's container, and with a load balancer of the stack's own the nginx before it. */
export function podSpec(
  args: Pick<KubernetesApiArgs, "image" | "requests" | "limits">,
  names: PodNames,
): types.input.core.v1.PodSpec {
  return {
    serviceAccountName: names.account,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: FAREWELL_SECONDS + HANDOVER_SECONDS + DRAIN_SECONDS,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      // A zone that is lost must not keep others from taking its pods.
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: APP },
      // Pods of the old release, which are about to leave, don't count.
      matchLabelKeys: ["pod-template-hash"],
    })),
    ...(names.front === undefined ? {} : { initContainers: [front(FAREWELL_SECONDS)] }),
    containers: [
      {
        name: "api",
        image: args.image,
        ports: [{ name: HTTP.name, containerPort: HTTP.port }],
        envFrom: [{ configMapRef: { name: names.environment } }, { secretRef: { name: names.credentials } }],
        resources: {
          requests: { ...quantities(args.requests), "ephemeral-storage": EPHEMERAL.requests },
          limits: { ...quantities(args.limits), "ephemeral-storage": EPHEMERAL.limits },
        },
        // An image's first start reads all of it from disk, and a new store may still be booting.
        startupProbe: { ...probe("/health"), failureThreshold: 30 },
        livenessProbe: { ...probe("/health"), failureThreshold: 3 },
        readinessProbe: { ...probe("/ready"), failureThreshold: 2 },
        // It goes on serving until everybody has heard of its leave; only then it is told to end.
        lifecycle: { preStop: { sleep: { seconds: FAREWELL_SECONDS + HANDOVER_SECONDS } } },
        securityContext: CONFINED,
        volumeMounts: [
          { name: "ca", mountPath: CA_FOLDER, readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "ca", configMap: { name: names.environment, items: [{ key: CA_FILE, path: CA_FILE }] } },
      { name: "tmp", emptyDir: { sizeLimit: TMP_SIZE } },
      ...(names.front === undefined ? [] : frontVolumes(names.front)),
    ],
  };
}

function probe(path: string): types.input.core.v1.Probe {
  return { httpGet: { path, port: HTTP.name }, periodSeconds: 5, timeoutSeconds: 3 };
}
