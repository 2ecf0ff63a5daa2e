import { posix } from "node:path";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { NOTICED_SECONDS } from "../../platform/platform";
import { CA_FILE } from "../environment";
import { REQUEST_TIMEOUT_SECONDS } from "../timeout";
import type { KubernetesApiArgs } from "./args";
import { CONFINED } from "./confined";
import { front, frontVolumes, type FrontFiles } from "./front";
import { APP, HTTP } from "./names";
import { proxy, proxyVolume } from "./proxy";
import { quantities } from "./quantities";

/** Seconds from failing readiness until the load balancer has noticed and acted on it. The latter, 5 s, is ours. */
const DEREGISTRATION_SECONDS = NOTICED_SECONDS.unready + 5;
/** Seconds that the API continues after nginx has stopped listening, so that no request finds it gone. Ours. */
const HANDOVER_SECONDS = 2;
/** Key of the authority's certificate in the ConfigMap, and its file name in the container. */
export const CA_KEY = posix.basename(CA_FILE);
/** Files that a container may write: logs only, because /tmp is a separate volume. */
const EPHEMERAL = { requests: "64Mi", limits: "512Mi" } as const;
const TMP_SIZE = "256Mi";
/** Neither root nor a user of the node. */
const USER = 10_001;

const CA_MOUNT = { name: "ca", mountPath: posix.dirname(CA_FILE), readOnly: true };

/** A ConfigMap or Secret, and which of its keys are environment variables of the API. */
export interface VariableSource {
  readonly name: pulumi.Input<string>;
  readonly variables: readonly string[];
}

/** Names of the objects that a pod refers to. */
export interface PodNames {
  /** The ConfigMap, which also holds the authority's certificate and haproxy.cfg. */
  readonly settings: VariableSource;
  /** The Secret. */
  readonly credentials: VariableSource;
  readonly account: pulumi.Input<string>;
  /** Files of the nginx sidecar. Omit it where an Ingress controller forwards requests. */
  readonly front?: FrontFiles;
}

/** The pod: the API's container, HAProxy behind it and, with the stack's load balancer, nginx in front of it. */
export function podSpec(
  args: Pick<KubernetesApiArgs, "image" | "requests" | "limits">,
  names: PodNames,
): types.input.core.v1.PodSpec {
  return {
    serviceAccountName: names.account,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: DEREGISTRATION_SECONDS + HANDOVER_SECONDS + REQUEST_TIMEOUT_SECONDS,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      // Other zones must be able to run the pods of a lost zone.
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: APP },
      // Pods of the old release do not count: they terminate soon.
      matchLabelKeys: ["pod-template-hash"],
    })),
    initContainers: [proxy(CA_MOUNT), ...(names.front === undefined ? [] : [front(DEREGISTRATION_SECONDS)])],
    containers: [
      {
        name: "api",
        image: args.image,
        ports: [{ name: HTTP.name, containerPort: HTTP.port }],
        env: [...variables(names.settings, "configMapKeyRef"), ...variables(names.credentials, "secretKeyRef")],
        resources: {
          requests: { ...quantities(args.requests), "ephemeral-storage": EPHEMERAL.requests },
          limits: { ...quantities(args.limits), "ephemeral-storage": EPHEMERAL.limits },
        },
        // The first start of an image reads all of it from disk, and a new store may still be booting.
        startupProbe: { ...probe("/health"), failureThreshold: 30 },
        livenessProbe: { ...probe("/health"), failureThreshold: 3 },
        readinessProbe: { ...probe("/ready"), failureThreshold: 2 },
        // SIGTERM comes only after the load balancer has stopped sending requests.
        lifecycle: { preStop: { sleep: { seconds: DEREGISTRATION_SECONDS + HANDOVER_SECONDS } } },
        securityContext: CONFINED,
        volumeMounts: [CA_MOUNT, { name: "tmp", mountPath: "/tmp" }],
      },
    ],
    volumes: [
      { name: "ca", configMap: { name: names.settings.name, items: [{ key: CA_KEY, path: CA_KEY }] } },
      proxyVolume(names.settings.name),
      { name: "tmp", emptyDir: { sizeLimit: TMP_SIZE } },
      ...(names.front === undefined ? [] : frontVolumes(names.front)),
    ],
  };
}

/**
 * The variables one by one: `envFrom` would also import the files in the ConfigMap, because Kubernetes accepts their names as
 * variables. Source: KEP-4369.
 */
function variables(
  { name, variables: keys }: VariableSource,
  from: "configMapKeyRef" | "secretKeyRef",
): types.input.core.v1.EnvVar[] {
  return keys.map((key) => ({ name: key, valueFrom: { [from]: { name, key } } }));
}

function probe(path: string): types.input.core.v1.Probe {
  return { httpGet: { path, port: HTTP.name }, periodSeconds: 5, timeoutSeconds: 3 };
}
