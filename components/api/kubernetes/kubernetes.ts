import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LISTEN_ADDRESS, serverSettings, storeCredentials, storeSettings } from "../environment";
import type { KubernetesApiArgs } from "./args";
import { deployment } from "./deployment";
import { ingress, nodePort, service } from "./entry";
import { frontConfiguration, type FrontFiles } from "./front";
import { serviceMonitor } from "./monitoring";
import { APP, HTTP, NAME, unnamed, type Metadata, type Unnamed } from "./names";
import { networkPolicy } from "./network";
import { CA_KEY, type PodNames } from "./pod";
import { proxyConfiguration } from "./proxy";
import { scaling } from "./scaling";

/** The Pod Security Standard that the namespace enforces. */
const POD_SECURITY = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
);

/** The API on a Kubernetes cluster, in a dedicated namespace. */
export class KubernetesApi extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:api:KubernetesApi";
  /** Where clients reach it. With the stack's load balancer, that component's address applies instead. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: KubernetesApiArgs, opts: pulumi.ComponentResourceOptions) {
    super(
      KubernetesApi.__pulumiType,
      name,
      { namespace: args.namespace, image: args.image, domain: args.domain, entry: args.entry.kind },
      opts,
    );
    const provider = new k8s.Provider("kubernetes", { kubeconfig: args.kubeconfig }, { parent: this });
    const within = { parent: this, provider };
    const metadata: Metadata = { name: NAME, namespace: args.namespace, labels: { ...args.labels, ...APP } };
    const namespace = new k8s.core.v1.Namespace(
      name,
      { metadata: { name: args.namespace, labels: { ...args.labels, ...POD_SECURITY } } },
      within,
    );
    const inNamespace = { ...within, dependsOn: namespace };
    networkPolicy(name, args, metadata, inNamespace);
    const pods = deployment(name, args, metadata, podFiles(name, args, metadata, inNamespace), inNamespace);
    scaling(name, args, metadata, pods, inNamespace);
    const internal = service(name, metadata, inNamespace);
    if (args.scrapedFrom.length > 0) {
      serviceMonitor(name, metadata, inNamespace);
    }
    if (args.entry.kind === "nodePort") {
      nodePort(name, args.entry, metadata, inNamespace);
    } else if (args.domain !== "") {
      ingress(name, args.entry, args, metadata, internal, inNamespace);
    }
    this.url = pulumi.output(args.domain === "" ? `http://${NAME}.${args.namespace}.svc` : `https://${args.domain}`);
    this.registerOutputs({ url: this.url });
  }
}

/** The objects that pods read. Pulumi generates their names, so that changed content is a new object and thus a new release. */
function podFiles(
  name: string,
  args: KubernetesApiArgs,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): PodNames {
  const { backends, workersPerContainer: workers, secretField, authority } = args;
  const variables = {
    ...serverSettings({ host: LISTEN_ADDRESS.pod, port: HTTP.port, workers }),
    ...storeSettings(backends),
  };
  const data = { ...variables, ...proxyConfiguration(backends.timescaledb), [CA_KEY]: authority.certificate };
  const settings = new k8s.core.v1.ConfigMap(name, { metadata: unnamed(metadata), data, immutable: true }, opts);
  const stringData = storeCredentials(backends, secretField);
  const credentials = new k8s.core.v1.Secret(name, { metadata: unnamed(metadata), stringData, immutable: true }, opts);
  const account = new k8s.core.v1.ServiceAccount(
    name,
    {
      metadata: { ...metadata, annotations: { ...args.serviceAccountAnnotations } },
      automountServiceAccountToken: false,
    },
    opts,
  );
  return {
    settings: { name: settings.metadata.name, variables: Object.keys(variables) },
    credentials: { name: credentials.metadata.name, variables: Object.keys(stringData) },
    account: account.metadata.name,
    ...(args.entry.kind === "nodePort" ? { front: frontFiles(name, args, unnamed(metadata), opts) } : {}),
  };
}

function frontFiles(
  name: string,
  { cloud, authority }: KubernetesApiArgs,
  metadata: Unnamed,
  opts: pulumi.CustomResourceOptions,
): FrontFiles {
  const issued = authority.issue({ name: NAME, dnsNames: [NAME], addresses: [] });
  const configuration = new k8s.core.v1.ConfigMap(
    `${name}-nginx`,
    { metadata, data: frontConfiguration(cloud), immutable: true },
    opts,
  );
  const certificate = new k8s.core.v1.Secret(
    `${name}-nginx`,
    {
      metadata,
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": issued.certificate, "tls.key": issued.key },
      immutable: true,
    },
    opts,
  );
  return { configuration: configuration.metadata.name, certificate: certificate.metadata.name };
}
