import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../../model/cloud";
import { containerImage } from "../../model/images";
import { nginxConfiguration, SERVING, upstreamServer, type NginxPlace } from "../nginx";
import { CONFINED } from "./confined";
import { HTTP } from "./names";
import { quantities } from "./quantities";
import { SIDECAR_REQUESTS } from "./sidecars";

/** The port that the stack's load balancer sends requests to. */
export const HTTPS = { name: "https", port: SERVING.port } as const;

const CONFIGURATION_FOLDER = "/etc/nginx/ape";
const CERTIFICATE_FOLDER = "/etc/nginx/tls";
const RUN_FOLDER = "/tmp";
const DRAIN_FILE = `${RUN_FOLDER}/draining`;
const START = ["nginx", "-c", `${CONFIGURATION_FOLDER}/nginx.conf`];

/** Paths of nginx's files in the container. */
const PLACE: NginxPlace = {
  upstreamFile: `${CONFIGURATION_FOLDER}/upstream.conf`,
  certificate: `${CERTIFICATE_FOLDER}/tls.crt`,
  key: `${CERTIFICATE_FOLDER}/tls.key`,
  accessLog: "/dev/stdout",
  confined: { workers: 2, runFolder: RUN_FOLDER },
  drainFile: DRAIN_FILE,
};

/** Names of the ConfigMap and the Secret. */
export interface FrontFiles {
  readonly configuration: pulumi.Input<string>;
  readonly certificate: pulumi.Input<string>;
}

/** Data of the ConfigMap: the same nginx.conf as on machines, with the pod's container as the only upstream server. */
export function frontConfiguration(cloud: Cloud): Record<string, string> {
  return {
    "nginx.conf": nginxConfiguration(cloud, PLACE),
    "upstream.conf": `${upstreamServer(HTTP.port)}\n`,
  };
}

/**
 * The preStop hook of nginx. The node's port keeps leading to a terminating pod while the node has no other, and open
 * connections stay with it. nginx therefore fails readiness first, closes connections after their next response, and stops
 * listening once the load balancer has noticed.
 */
export function drain(seconds: number): readonly string[] {
  return ["sh", "-c", `touch ${DRAIN_FILE} && sleep ${seconds} && ${START.join(" ")} -s quit`];
}

/** The nginx sidecar: it starts before the API's container and serves until it has drained. */
export function front(drainSeconds: number): types.input.core.v1.Container {
  return {
    name: "nginx",
    image: containerImage("nginx"),
    restartPolicy: "Always",
    command: [...START, "-g", "daemon off;"],
    ports: [{ name: HTTPS.name, containerPort: HTTPS.port }],
    // Ours: one worker per core, and room for the buffers of some hundred connections.
    resources: {
      requests: { ...quantities(SIDECAR_REQUESTS.nginx), "ephemeral-storage": "64Mi" },
      limits: { memory: "128Mi", cpu: "500m", "ephemeral-storage": "512Mi" },
    },
    startupProbe: { tcpSocket: { port: HTTPS.name }, periodSeconds: 1, failureThreshold: 30 },
    livenessProbe: { tcpSocket: { port: HTTPS.name }, periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: { tcpSocket: { port: HTTPS.name }, periodSeconds: 5, failureThreshold: 2 },
    lifecycle: { preStop: { exec: { command: [...drain(drainSeconds)] } } },
    securityContext: CONFINED,
    volumeMounts: [
      { name: "nginx", mountPath: CONFIGURATION_FOLDER, readOnly: true },
      { name: "tls", mountPath: CERTIFICATE_FOLDER, readOnly: true },
      { name: "nginx-run", mountPath: RUN_FOLDER },
    ],
  };
}

export function frontVolumes({ configuration, certificate }: FrontFiles): types.input.core.v1.Volume[] {
  return [
    { name: "nginx", configMap: { name: configuration } },
    { name: "tls", secret: { secretName: certificate } },
    { name: "nginx-run", emptyDir: { sizeLimit: "256Mi" } },
  ];
}
