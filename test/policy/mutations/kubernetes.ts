import { ResourceValues } from "../../../policy/values";
import type { Judged } from "../../../planning/record";
import { set, without, type Mutation } from "./mutation";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const CONTAINER = "spec.template.spec.containers.0";
const SIDECAR = "spec.template.spec.initContainers.0";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const NAMESPACE = "kubernetes:core/v1:Namespace";
const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const ENFORCE = "pod-security.kubernetes.io/enforce";
const SERVICE = "kubernetes:core/v1:Service";

const hasSidecar = ({ inputs, urn }: Judged): boolean => ResourceValues.of(inputs, urn).has(SIDECAR);

/** One property broken at a time, of the API on Kubernetes. */
export const KUBERNETES_MUTATIONS: readonly Mutation[] = [
  set("kubernetes-autoscaler-bounds", HPA, "spec.maxReplicas", 11),
  set("kubernetes-autoscaler-bounds", HPA, "spec.minReplicas", 1),
  set("kubernetes-autoscaler-bounds", HPA, "spec.minReplicas", undefined),
  set("kubernetes-container-resources", DEPLOYMENT, `${CONTAINER}.resources.limits.cpu`, "1001m"),
  set("kubernetes-container-resources", DEPLOYMENT, `${CONTAINER}.resources.limits.memory`, "2049Mi"),
  set("kubernetes-container-resources", DEPLOYMENT, `${CONTAINER}.resources.requests.memory`, "1025Mi"),
  set("kubernetes-container-resources", DEPLOYMENT, `${CONTAINER}.resources.requests.cpu`, "0.6"),
  set("kubernetes-container-resources", DEPLOYMENT, `${CONTAINER}.resources.limits`, undefined),
  without("kubernetes-disruption-budget", "kubernetes:policy/v1:PodDisruptionBudget"),
  set("kubernetes-disruption-budget", "kubernetes:policy/v1:PodDisruptionBudget", "spec.selector.matchLabels", {
    app: "another",
  }),
  set("kubernetes-zone-spread", DEPLOYMENT, "spec.template.spec.topologySpreadConstraints", undefined),
  set(
    "kubernetes-zone-spread",
    DEPLOYMENT,
    "spec.template.spec.topologySpreadConstraints.0.topologyKey",
    "kubernetes.io/hostname",
  ),
  set("kubernetes-pod-restricted", DEPLOYMENT, "spec.template.spec.securityContext.runAsNonRoot", false),
  set("kubernetes-pod-restricted", DEPLOYMENT, `${CONTAINER}.securityContext.privileged`, true),
  set("kubernetes-pod-restricted", DEPLOYMENT, `${CONTAINER}.securityContext.allowPrivilegeEscalation`, undefined),
  set("kubernetes-pod-restricted", DEPLOYMENT, `${CONTAINER}.securityContext.readOnlyRootFilesystem`, false),
  set("kubernetes-pod-restricted", DEPLOYMENT, `${CONTAINER}.securityContext.capabilities.drop`, []),
  set("kubernetes-no-host-access", DEPLOYMENT, "spec.template.spec.hostNetwork", true),
  set("kubernetes-no-host-access", DEPLOYMENT, "spec.template.spec.hostPID", true),
  set("kubernetes-no-host-access", DEPLOYMENT, "spec.template.spec.automountServiceAccountToken", undefined),
  set("kubernetes-image-pinned", DEPLOYMENT, `${CONTAINER}.image`, "registry.example.com/ape/api:latest"),
  set("kubernetes-image-pinned", DEPLOYMENT, `${CONTAINER}.image`, "registry.example.com:5000/ape/api"),
  set("kubernetes-probes", DEPLOYMENT, `${CONTAINER}.livenessProbe`, undefined, { reference: true }),
  set("kubernetes-probes", DEPLOYMENT, `${CONTAINER}.readinessProbe`, undefined, { reference: true }),
  set("kubernetes-service-internal", SERVICE, "spec.type", "LoadBalancer"),
  set("kubernetes-service-internal", SERVICE, "spec.type", "NodePort"),
  set("kubernetes-service-internal", SERVICE, "spec.externalIPs", ["203.0.113.9"], { reference: true }),
  without("kubernetes-network-policy", NETWORK_POLICY),
  set("kubernetes-network-policy", NETWORK_POLICY, "spec.policyTypes", ["Ingress"]),
  set("kubernetes-network-policy", NETWORK_POLICY, "spec.podSelector.matchLabels", { app: "another" }),
  set("kubernetes-namespace-restricted", NAMESPACE, `metadata|labels|${ENFORCE}`, "baseline"),
  set("kubernetes-namespace-restricted", NAMESPACE, `metadata|labels|${ENFORCE}`, undefined),
  set("kubernetes-autoscaler-target", HPA, "spec.scaleTargetRef.name", "another"),
  set("kubernetes-autoscaler-target", HPA, "spec.scaleTargetRef.kind", "StatefulSet"),
  set("kubernetes-autoscaler-target", HPA, "spec.metrics.0.resource.name", "example.com/gpu", { reference: true }),
  set("kubernetes-autoscaler-target", DEPLOYMENT, `${SIDECAR}.resources.requests.cpu`, undefined, {
    where: hasSidecar,
    reference: true,
  }),
  set("kubernetes-quantities", DEPLOYMENT, `${CONTAINER}.resources.requests.ephemeral-storage`, "1GB"),
  set("kubernetes-quantities", DEPLOYMENT, `${CONTAINER}.resources.limits.ephemeral-storage`, "500 m"),
  set("kubernetes-quantities", DEPLOYMENT, `${CONTAINER}.resources.requests.ephemeral-storage`, "1Gi"),
  set("no-secret-in-environment", CONFIG_MAP, "data.DATABASE_URL", "postgresql://ape:Correct-horse7@db/ape", {
    reference: true,
  }),
  set("no-secret-in-environment", CONFIG_MAP, "data.API_TOKEN", "A7f!kk29-xx", { reference: true }),
  set("no-secret-in-environment", DEPLOYMENT, `${CONTAINER}.env`, [{ name: "DB_PASSWORD", value: "Correct horse 7" }]),
  set("labels-complete", DEPLOYMENT, "metadata.labels.tier", undefined),
];
