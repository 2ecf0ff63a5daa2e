import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { containerImage } from "../../model/images";
import type { TimescaleDbBackend } from "../args";
import { CA_FILE } from "../environment";
import { haproxyConfiguration, PROXY_ADDRESS, proxyPorts, type HaproxyPlace } from "../haproxy";
import { CONFINED } from "./confined";
import { quantities } from "./quantities";
import { SIDECAR_REQUESTS } from "./sidecars";

/** Key of haproxy.cfg in the ConfigMap, and its name in the container. */
const FILE = "haproxy.cfg";
const FOLDER = "/usr/local/etc/haproxy";

/**
 * The certificate is mounted as in the API's container. Without a number, HAProxy would start one thread per CPU
 * of the node. 1,000 connections are more than the workers of one pod open; with full buffers (32 KiB each) they fit the
 * memory limit.
 */
const PLACE: HaproxyPlace = { caFile: CA_FILE, confined: { threads: 1, maxConnections: 1000 } };

/** Data of the ConfigMap: the same haproxy.cfg as on machines. */
export function proxyConfiguration(timescaledb: TimescaleDbBackend): Record<string, string> {
  return { [FILE]: haproxyConfiguration(timescaledb, PLACE) };
}

/**
 * The HAProxy sidecar between the API and the database. It listens before the API's container starts. Kubernetes stops
 * sidecars after the pod's containers, so the API keeps its connections until it has exited.
 */
export function proxy(caMount: types.input.core.v1.VolumeMount): types.input.core.v1.Container {
  return {
    name: "haproxy",
    image: containerImage("haproxy"),
    restartPolicy: "Always",
    command: ["haproxy", "-db", "-f", `${FOLDER}/${FILE}`],
    resources: {
      requests: { ...quantities(SIDECAR_REQUESTS.haproxy), "ephemeral-storage": "16Mi" },
      limits: { memory: "64Mi", cpu: "250m", "ephemeral-storage": "64Mi" },
    },
    // Executed in the container: HAProxy only listens on the pod's loopback interface, which the kubelet does not reach.
    startupProbe: {
      exec: { command: ["nc", "-z", PROXY_ADDRESS, String(proxyPorts().writer)] },
      periodSeconds: 1,
      failureThreshold: 30,
    },
    securityContext: CONFINED,
    volumeMounts: [{ name: "haproxy", mountPath: FOLDER, readOnly: true }, caMount],
  };
}

/** @param configuration name of the ConfigMap that holds haproxy.cfg */
export function proxyVolume(configuration: pulumi.Input<string>): types.input.core.v1.Volume {
  return { name: "haproxy", configMap: { name: configuration, items: [{ key: FILE, path: FILE }] } };
}
