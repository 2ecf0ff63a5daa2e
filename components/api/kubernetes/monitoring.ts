import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { APP, HTTP, type Metadata } from "./names";

/** Makes Prometheus Operator scrape the API. Requires its custom resource definitions in the cluster. */
export function serviceMonitor(name: string, metadata: Metadata, opts: pulumi.CustomResourceOptions): void {
  new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata,
      spec: {
        selector: { matchLabels: APP },
        endpoints: [{ port: HTTP.name, path: "/metrics", interval: "15s" }],
      },
    },
    opts,
  );
}
