import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { IngressEntry, KubernetesApiArgs, NodePortEntry } from "./args";
import { HTTPS } from "./front";
import { APP, HTTP, NAME, unnamed, type Metadata } from "./names";

/** The Service through which clients in the cluster reach the API. */
export function service(name: string, metadata: Metadata, opts: pulumi.CustomResourceOptions): k8s.core.v1.Service {
  return new k8s.core.v1.Service(
    name,
    {
      metadata,
      spec: { type: "ClusterIP", selector: APP, ports: [{ name: HTTP.name, port: 80, targetPort: HTTP.name }] },
    },
    opts,
  );
}

/** A port on every node that leads to that node's pods only, so that the load balancer's health check covers exactly these. */
export function nodePort(
  name: string,
  { port }: NodePortEntry,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): void {
  new k8s.core.v1.Service(
    `${name}-entry`,
    {
      metadata: { ...metadata, name: `${NAME}-entry` },
      spec: {
        type: "NodePort",
        externalTrafficPolicy: "Local",
        selector: APP,
        ports: [{ name: HTTPS.name, port: 443, targetPort: HTTPS.name, nodePort: port }],
      },
    },
    opts,
  );
}

/** Publishes the API through the cluster's Ingress controller. */
export function ingress(
  name: string,
  { className }: IngressEntry,
  { authority, domain }: Pick<KubernetesApiArgs, "authority" | "domain">,
  metadata: Metadata,
  to: k8s.core.v1.Service,
  opts: pulumi.CustomResourceOptions,
): void {
  const issued = authority.issue({ name: "load-balancer", dnsNames: [domain], addresses: [] });
  const tls = new k8s.core.v1.Secret(
    `${name}-tls`,
    {
      metadata: unnamed(metadata),
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": pulumi.interpolate`${issued.certificate}${issued.chain}`, "tls.key": issued.key },
      immutable: true,
    },
    opts,
  );
  new k8s.networking.v1.Ingress(
    name,
    {
      metadata,
      spec: {
        ...(className === "" ? {} : { ingressClassName: className }),
        tls: [{ hosts: [domain], secretName: tls.metadata.name }],
        rules: [
          {
            host: domain,
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: to.metadata.name, port: { name: HTTP.name } } },
                },
              ],
            },
          },
        ],
      },
    },
    opts,
  );
}
