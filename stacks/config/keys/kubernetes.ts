import { DEFAULT_KUBERNETES_VERSION, KUBERNETES_VERSIONS } from "../../../components/model/kubernetes-versions";
import { among, autoOr, cidr, emptyOr, listOf, oneOf, refuse, structured, text, words } from "../parsers";
import { CLUSTERS } from "../runtime";
import { key } from "./key";
import { DNS_LABEL } from "./names";

const NAMESPACE = new RegExp(`^${DNS_LABEL}$`);

/** The Kubernetes cluster that the API runs in. */
export const KUBERNETES_KEYS = {
  kubernetesCluster: key({
    type: "string",
    default: "existing",
    ...among(CLUSTERS),
    example: "new",
    description:
      "Cluster that the API runs in. `existing`: a cluster that you operate. `new`: the stack creates one (EKS or GKE) behind its load balancer.",
  }),
  kubeconfig: key({
    type: "string",
    default: "",
    secret: true,
    allowed: "a kubeconfig, encrypted; an existing cluster requires this or kubeconfigStack",
    example: "{ secure: AAABAK... } (cat kubeconfig.yaml | pulumi config set --secret kubeconfig)",
    description: "Credentials of an existing Kubernetes cluster.",
    parse: (isSet) => isSet === true,
  }),
  kubeconfigStack: key({
    type: "string",
    default: "",
    allowed: '"" or a full stack name, <organization>/<project>/<stack>',
    example: "acme/platform/prod",
    description: "Stack whose output `kubeconfig` holds the credentials of an existing Kubernetes cluster.",
    parse: emptyOr(text(/^[\w.-]+\/[\w.-]+\/[\w.-]+$/)),
  }),
  kubernetesNamespace: key({
    type: "string",
    default: "ape",
    allowed: "1 to 63 of a-z, 0-9 and -, a letter or digit at both ends",
    example: "ape",
    description: "Kubernetes namespace of the API.",
    parse: text(NAMESPACE),
  }),
  kubernetesCidrs: key({
    type: "array",
    default: [],
    allowed: "a list of IPv4 networks in CIDR notation; an existing cluster requires at least one",
    example: '["10.8.0.0/14"]',
    description:
      "Networks of an existing cluster's pods or nodes. The data services accept connections from these networks.",
    parse: listOf(cidr, 0),
  }),
  kubernetesIngressClass: key({
    type: "string",
    default: "",
    allowed: '"" (the cluster\'s default) or the name of an IngressClass',
    example: "traefik",
    description: "Class of the Ingress that the stack creates for apiDomain in an existing cluster.",
    parse: emptyOr(text(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/)),
  }),
  kubernetesIngressNamespaces: key({
    type: "array",
    default: [],
    allowed: "a list of namespaces; an empty list admits any pod of the cluster",
    example: '["traefik"]',
    description:
      "Namespaces of an existing cluster that may send requests to the API: those of its Ingress controller.",
    parse: listOf(text(NAMESPACE), 0),
  }),
  kubernetesServiceAccountAnnotations: key({
    type: "object",
    default: {},
    allowed: "an object that maps annotations to strings",
    example: '{ "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/ape-api" }',
    description:
      "Annotations that bind the API's service account to a cloud identity in an existing cluster. In a new cluster the stack sets them.",
    parse: annotations,
  }),
  kubernetesScrapedFrom: key({
    type: "array",
    default: [],
    allowed: "a list of namespaces; requires the API of Prometheus Operator in the cluster",
    example: '["monitoring"]',
    description:
      "Namespaces whose Prometheus may scrape the API's metrics. The stack creates a ServiceMonitor and admits these namespaces.",
    parse: listOf(text(NAMESPACE), 0),
  }),
  kubernetesOperatorCidrs: key({
    type: "array",
    default: [],
    allowed: "a list of IPv4 networks in CIDR notation; with an empty list the control plane has no public address",
    example: '["203.0.113.0/24"]',
    description:
      "Networks that may reach a new cluster's control plane. Run Pulumi in one of them or in the stack's network.",
    parse: listOf(cidr, 0),
  }),
  kubernetesVersion: key({
    type: "string",
    default: "auto",
    allowed: `auto (${DEFAULT_KUBERNETES_VERSION}), ${words(KUBERNETES_VERSIONS)}`,
    example: `"${DEFAULT_KUBERNETES_VERSION}"`,
    description: "Version of a new cluster. It cannot be downgraded.",
    parse: autoOr(oneOf(KUBERNETES_VERSIONS)),
  }),
};

/** Kubernetes' annotations: strings by qualified name. */
function annotations(value: unknown): Readonly<Record<string, string>> {
  const given = structured(value);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return refuse("it is not an object");
  }
  const invalid = Object.entries(given).filter(
    ([name, content]) => !/^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9][\w.-]{0,62}$/.test(name) || typeof content !== "string",
  );
  return invalid.length === 0
    ? (given as Record<string, string>)
    : refuse(`${invalid.map(([name]) => name).join(", ")}: not a qualified name with a string`);
}
