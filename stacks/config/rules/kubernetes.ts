import { KEYS, type Values } from "../keys";
import { words } from "../parsers";
import type { Finding, Rule } from "./rule";

/** Keys that apply to an existing cluster only, and those that apply to a new one only. */
const EXISTING_ONLY = [
  "kubeconfig",
  "kubeconfigStack",
  "kubernetesCidrs",
  "kubernetesIngressClass",
  "kubernetesIngressNamespaces",
  "kubernetesServiceAccountAnnotations",
] as const;
const NEW_ONLY = ["kubernetesOperatorCidrs", "kubernetesVersion"] as const;

/** Sizes of the API that have no effect in each kind of cluster. */
const NOT_ON = { new: ["containers"], existing: ["containers", "instanceType"] } as const;

export const KUBERNETES_RULES: readonly Rule[] = [
  {
    summary: "An existing Kubernetes cluster requires either `kubeconfig` or `kubeconfigStack`.",
    needs: ["apiRuntime", "kubernetesCluster", "kubeconfig", "kubeconfigStack"],
    check: credentials,
  },
  {
    summary: "An existing Kubernetes cluster requires `kubernetesCidrs`.",
    needs: ["apiRuntime", "kubernetesCluster", "kubernetesCidrs"],
    check: networks,
  },
  {
    summary: `${listed(EXISTING_ONLY)} apply to an existing Kubernetes cluster only.`,
    needs: ["apiRuntime", "kubernetesCluster", ...EXISTING_ONLY],
    check: (values) => withoutEffect(values, EXISTING_ONLY, "new"),
  },
  {
    summary: `${listed(NEW_ONLY)} apply to a new Kubernetes cluster only.`,
    needs: ["apiRuntime", "kubernetesCluster", ...NEW_ONLY],
    check: (values) => withoutEffect(values, NEW_ONLY, "existing"),
  },
  {
    summary: "A new Kubernetes cluster cannot have `nat: none`: its nodes pull images.",
    needs: ["apiRuntime", "kubernetesCluster", "nat"],
    check: outboundAccess,
  },
  {
    summary:
      "With `apiRuntime: kubernetes`, `overrides.api.containers` is not allowed, and `overrides.api.instanceType` requires a new cluster.",
    needs: ["apiRuntime", "kubernetesCluster", "overrides"],
    invalidates: [],
    check: machines,
  },
  {
    summary: "`apiCertificate` and `apiDnsZone` are not allowed with an existing Kubernetes cluster.",
    needs: ["apiRuntime", "kubernetesCluster", "apiCertificate", "apiDnsZone"],
    check: loadBalancer,
  },
];

function listed(names: readonly string[]): string {
  return words(
    names.map((name) => `\`${name}\``),
    "and",
  );
}

/** Cluster that the API runs in; undefined when it runs on VMs. */
function clusterOf({ apiRuntime, kubernetesCluster }: Values): Values["kubernetesCluster"] | undefined {
  return apiRuntime === "kubernetes" ? kubernetesCluster : undefined;
}

function credentials(values: Values): Finding[] {
  const { kubeconfig, kubeconfigStack } = values;
  if (clusterOf(values) !== "existing" || kubeconfig !== (kubeconfigStack !== "")) {
    return [];
  }
  return kubeconfig
    ? [
        {
          key: "kubeconfigStack",
          value: kubeconfigStack,
          reason: "kubeconfig is set as well; set one, not both",
          allowed: '"" with kubeconfig',
          example: 'kubeconfigStack: ""',
        },
      ]
    : [
        {
          key: "kubeconfig",
          value: undefined,
          reason: "apiRuntime is kubernetes, but the cluster's credentials are missing",
        },
      ];
}

function networks(values: Values): Finding[] {
  return clusterOf(values) !== "existing" || values.kubernetesCidrs.length > 0
    ? []
    : [
        {
          key: "kubernetesCidrs",
          value: values.kubernetesCidrs,
          reason: "apiRuntime is kubernetes, and data services only accept connections from known networks",
        },
      ];
}

/** Keys that have no effect with the configured kind of cluster. */
function withoutEffect(values: Values, names: readonly (keyof Values)[], kind: Values["kubernetesCluster"]): Finding[] {
  if (clusterOf(values) !== kind) {
    return [];
  }
  return names
    .filter((name) => isSet(values[name], KEYS[name].default))
    .map((name) => ({
      key: name,
      value: name === "kubeconfig" ? "[secret]" : values[name],
      reason: `it would have no effect: kubernetesCluster is ${kind}`,
      allowed: `not with kubernetesCluster: ${kind}`,
      example: `${name}: ${JSON.stringify(KEYS[name].default)}`,
    }));
}

function isSet(value: unknown, unset: unknown): boolean {
  return value !== false && JSON.stringify(value) !== JSON.stringify(unset);
}

function outboundAccess(values: Values): Finding[] {
  return clusterOf(values) !== "new" || values.nat !== "none"
    ? []
    : [
        {
          key: "nat",
          value: values.nat,
          reason: "the nodes of a new Kubernetes cluster pull their images and add-ons from outside the network",
          allowed: "auto, one or per-zone with kubernetesCluster: new",
          example: "nat: one",
        },
      ];
}

function machines(values: Values): Finding[] {
  const cluster = clusterOf(values);
  if (cluster === undefined) {
    return [];
  }
  return NOT_ON[cluster]
    .filter((name) => values.overrides.api?.[name] !== undefined)
    .map((name) => ({
      key: `overrides.api.${name}`,
      value: values.overrides.api![name],
      reason: "it would have no effect: apiRuntime is kubernetes, whose autoscaler and nodes determine this",
      allowed: "only with apiRuntime vm",
      example: "overrides: { api: { workersPerContainer: 4 } }",
    }));
}

function loadBalancer(values: Values): Finding[] {
  return (["apiCertificate", "apiDnsZone"] as const)
    .filter((key) => clusterOf(values) === "existing" && values[key] !== "")
    .map((key) => ({
      key,
      value: values[key],
      reason: "it would have no effect: with an existing cluster the stack creates no load balancer",
      allowed: '"" with an existing Kubernetes cluster',
      example: `${key}: ""`,
    }));
}
