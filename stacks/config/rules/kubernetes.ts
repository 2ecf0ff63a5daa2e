import { KEYS, type Values } from "../keys";
import type { Finding, Rule } from "./index";

/** Keys that mean something to a cluster that is there already, and to one of the stack's own. */
const OF_EXISTING = [
  "kubeconfig",
  "kubeconfigStack",
  "kubernetesCidrs",
  "kubernetesIngressClass",
  "kubernetesIngressNamespaces",
  "kubernetesServiceAccountAnnotations",
] as const;
const OF_NEW = ["kubernetesOperatorCidrs", "kubernetesVersion"] as const;

/** What the keys of the API on Kubernetes must be to each other. */
export const KUBERNETES_RULES: readonly Rule[] = [
  {
    says: "An existing Kubernetes cluster takes `kubeconfig` or `kubeconfigStack`.",
    needs: ["apiRuntime", "kubernetesCluster", "kubeconfig", "kubeconfigStack"],
    check: kubernetesAccess,
  },
  {
    says: "An existing Kubernetes cluster takes `kubernetesCidrs`.",
    needs: ["apiRuntime", "kubernetesCluster", "kubernetesCidrs"],
    check: kubernetesNetworks,
  },
  {
    says: `Only an existing Kubernetes cluster takes ${OF_EXISTING.map((name) => `\`${name}\``).join(", ")}.`,
    needs: ["apiRuntime", "kubernetesCluster", ...OF_EXISTING],
    check: (values) => foreign(values, OF_EXISTING, "new"),
  },
  {
    says: `Only a new Kubernetes cluster takes ${OF_NEW.map((name) => `\`${name}\``).join(", ")}.`,
    needs: ["apiRuntime", "kubernetesCluster", ...OF_NEW],
    check: (values) => foreign(values, OF_NEW, "existing"),
  },
  {
    says: "A new Kubernetes cluster takes no `nat: none`: its nodes fetch images.",
    needs: ["apiRuntime", "kubernetesCluster", "nat"],
    check: wayOutOfCluster,
  },
  {
    says: "`apiRuntime: kubernetes` takes no `overrides.api.containers`, and `overrides.api.instanceType` with a new cluster only.",
    needs: ["apiRuntime", "kubernetesCluster", "overrides"],
    spoils: [],
    check: machinesOfKubernetes,
  },
  {
    says: "With an existing Kubernetes cluster there is neither `apiCertificate` nor `apiDnsZone`.",
    needs: ["apiRuntime", "kubernetesCluster", "apiCertificate", "apiDnsZone"],
    check: balancerOfKubernetes,
  },
];

/** Whose cluster the API runs on; undefined: it runs on machines. */
function clusterOf({ apiRuntime, kubernetesCluster }: Values): Values["kubernetesCluster"] | undefined {
  return apiRuntime === "kubernetes" ? kubernetesCluster : undefined;
}

function kubernetesAccess(values: Values): Finding[] {
  const { kubeconfig, kubeconfigStack } = values;
  if (clusterOf(values) !== "existing" || kubeconfig !== (kubeconfigStack !== "")) {
    return [];
  }
  return kubeconfig
    ? [
        {
          key: "kubeconfigStack",
          value: kubeconfigStack,
          reason: "kubeconfig is set as well, and nobody can say which of the two holds",
          allowed: '"" with kubeconfig',
          example: 'kubeconfigStack: ""',
        },
      ]
    : [
        {
          key: "kubeconfig",
          value: undefined,
          reason: "apiRuntime is kubernetes, and the cluster's credentials are missing",
        },
      ];
}

function kubernetesNetworks(values: Values): Finding[] {
  return clusterOf(values) !== "existing" || values.kubernetesCidrs.length > 0
    ? []
    : [
        {
          key: "kubernetesCidrs",
          value: values.kubernetesCidrs,
          reason: "apiRuntime is kubernetes, and the data services let nobody in whose network they don't know",
        },
      ];
}

/** Keys that mean nothing to the kind of cluster that there is. */
function foreign(values: Values, names: readonly (keyof Values)[], kind: Values["kubernetesCluster"]): Finding[] {
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

function isSet(value: unknown, byDefault: unknown): boolean {
  return value !== false && JSON.stringify(value) !== JSON.stringify(byDefault);
}

function wayOutOfCluster(values: Values): Finding[] {
  return clusterOf(values) !== "new" || values.nat !== "none"
    ? []
    : [
        {
          key: "nat",
          value: values.nat,
          reason: "the nodes of a new Kubernetes cluster fetch their images and add-ons from outside the network",
          allowed: "auto, one or per-zone with kubernetesCluster: new",
          example: "nat: one",
        },
      ];
}

function machinesOfKubernetes(values: Values): Finding[] {
  const cluster = clusterOf(values);
  if (cluster === undefined) {
    return [];
  }
  const names = cluster === "new" ? (["containers"] as const) : (["containers", "instanceType"] as const);
  return names
    .filter((name) => values.overrides.api?.[name] !== undefined)
    .map((name) => ({
      key: `overrides.api.${name}`,
      value: values.overrides.api![name],
      reason: "it would have no effect: apiRuntime is kubernetes, whose autoscaler and nodes decide this",
      allowed: "only with apiRuntime vm",
      example: "overrides: { api: { workersPerContainer: 4 } }",
    }));
}

function balancerOfKubernetes(values: Values): Finding[] {
  return (["apiCertificate", "apiDnsZone"] as const)
    .filter((key) => clusterOf(values) === "existing" && values[key] !== "")
    .map((key) => ({
      key,
      value: values[key],
      reason: "it would have no effect: the API runs on an existing cluster, where no load balancer is the stack's",
      allowed: '"" with an existing Kubernetes cluster',
      example: `${key}: ""`,
    }));
}
