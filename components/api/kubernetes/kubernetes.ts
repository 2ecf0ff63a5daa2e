import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesApiArgs } from "./args";
import { deployment } from "./deployment";
import { ingress, nodePort, service } from "./entry";
import { CA_FILE, environment } from "./environment";
import { frontConfiguration, type FrontFiles } from "./front";
import { serviceMonitor } from "./monitoring";
import { APP, NAME, unnamed, type Metadata, type Unnamed } from "./names";
import { networkPolicy } from "./network";
import type { PodNames } from "./pod";
import { scaling } from "./scaling";

/** The standard that the namespace holds every pod to. */
const POD_SECURITY = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
);

/** The API on a Kubernetes cluster, in a namespace of its own. */
export class KubernetesApi extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:api:KubernetesApi";
  /** Where it is reached, but for a load balancer of the stack's own, which has an address itself. */
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

/** What pods read, under names that Pulumi makes up: another content is another object, and so another release. */
function podFiles(
  name: string,
  args: KubernetesApiArgs,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): PodNames {
  const data = { ...environment(args), [CA_FILE]: args.authority.certificate };
  const settings = new k8s.core.v1.ConfigMap(name, { metadata: unnamed(metadata), data, immutable: true }, opts);
  const credentials = new k8s.core.v1.Secret(
    name,
    { metadata: unnamed(metadata), stringData: { ...args.credentials }, immutable: true },
    opts,
  );
  const account = new k8s.core.v1.ServiceAccount(
    name,
    {
      metadata: { ...metadata, annotations: { ...args.serviceAccountAnnotations } },
      automountServiceAccountToken: false,
    },
    opts,
  );
  return {
    environment: settings.metadata.name,
    credentials: credentials.metadata.name,
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
