import { set, without, type Mutation } from "./mutation";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const CONTAINER = "spec.template.spec.containers.0";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const SERVICE = "kubernetes:core/v1:Service";

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
  set("no-secret-in-environment", CONFIG_MAP, "data.DATABASE_URL", "postgresql://ape:Correct-horse7@db/ape", {
    reference: true,
  }),
  set("no-secret-in-environment", CONFIG_MAP, "data.API_TOKEN", "A7f!kk29-xx", { reference: true }),
  set("no-secret-in-environment", DEPLOYMENT, `${CONTAINER}.env`, [{ name: "DB_PASSWORD", value: "Correct horse 7" }]),
  set("labels-complete", DEPLOYMENT, "metadata.labels.tier", undefined),
];
