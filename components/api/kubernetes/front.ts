import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import pins from "../../model/image-pins.json";
import type { Cloud } from "../../model/cloud";
import { nginxConfiguration, SERVING, upstreamServer, type NginxPlace } from "../nginx";
import { FRONT_REQUESTS } from "./cluster";
import { CONFINED } from "./confined";
import { HTTP } from "./names";
import { quantities } from "./quantities";

/** The port that the stack's load balancer leads to. */
export const HTTPS = { name: "https", port: SERVING.port } as const;

const CONFIGURATION_FOLDER = "/etc/nginx/ape";
const CERTIFICATE_FOLDER = "/etc/nginx/tls";
const RUN_FOLDER = "/tmp";
const LEAVING_FILE = `${RUN_FOLDER}/leaving`;
const START = ["nginx", "-c", `${CONFIGURATION_FOLDER}/nginx.conf`];

/** Where nginx finds its files in the container. */
const PLACE: NginxPlace = {
  upstreamFile: `${CONFIGURATION_FOLDER}/upstream.conf`,
  certificate: `${CERTIFICATE_FOLDER}/tls.crt`,
  key: `${CERTIFICATE_FOLDER}/tls.key`,
  accessLog: "/dev/stdout",
  confined: { workers: 2, runFolder: RUN_FOLDER },
  leavingFile: LEAVING_FILE,
};

/** The ConfigMap's and the Secret's names. */
export interface FrontFiles {
  readonly configuration: pulumi.Input<string>;
  readonly certificate: pulumi.Input<string>;
}

/** What the ConfigMap holds: the same nginx as on machines, before the one container of its pod. */
export function frontConfiguration(cloud: Cloud): Record<string, string> {
  return {
    "nginx.conf": nginxConfiguration(cloud, PLACE),
    "upstream.conf": `${upstreamServer(HTTP.port)}\n`,
  };
}

/**
 * What the pod's nginx does when the pod leaves. A node's port leads to a pod that is about to leave as long as the node
 * has no other, and connections that are open stay with it: so nginx itself says that it isn't ready, lets connections
 * end, and listens no more once the load balancer has noticed.
 */
export function farewell(seconds: number): readonly string[] {
  return ["sh", "-c", `touch ${LEAVING_FILE} && sleep ${seconds} && ${START.join(" ")} -s quit`];
}

/** A sidecar: it starts before the API's container, and has what it serves until its farewell is over. */
export function front(farewellSeconds: number): types.input.core.v1.Container {
  return {
    name: "nginx",
    image: pins.nginx.image,
    restartPolicy: "Always",
    command: [...START, "-g", "daemon off;"],
    ports: [{ name: HTTPS.name, containerPort: HTTPS.port }],
    // Ours: a worker a core, and room for the buffers of some hundred connections.
    resources: {
      requests: { ...quantities(FRONT_REQUESTS), "ephemeral-storage": "64Mi" },
      limits: { memory: "128Mi", cpu: "500m", "ephemeral-storage": "512Mi" },
    },
    startupProbe: { tcpSocket: { port: HTTPS.name }, periodSeconds: 1, failureThreshold: 30 },
    livenessProbe: { tcpSocket: { port: HTTPS.name }, periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: { tcpSocket: { port: HTTPS.name }, periodSeconds: 5, failureThreshold: 2 },
    lifecycle: { preStop: { exec: { command: [...farewell(farewellSeconds)] } } },
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
