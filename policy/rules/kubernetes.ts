import { fault, resourceRule, stackRule, unless, type Rule } from "../rule";
import type { ResourceValues } from "../values";
import { EKS, GKE } from "./clusters";

const WORKLOADS = ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet"];

const RESTRICTED = resourceRule({
  name: "kubernetes-pod-restricted",
  description: "Containers run as non-root, can't escalate privileges and have a read-only root filesystem.",
  why: "These restrictions confine an attacker to the container.",
  severity: "high",
  ids: ["CKV_K8S_16", "CKV_K8S_20", "CKV_K8S_22", "CKV_K8S_23", "CKV_K8S_37"],
  fix: "Set the securityContext that the restricted Pod Security Standard requires.",
  types: WORKLOADS,
  judge: ({ values }) => {
    const pod = values.at("spec.template.spec");
    return containers(pod).flatMap((container) => {
      const name = container.text("name") ?? "a container";
      const own = container.at("securityContext");
      const runsAsOther = own.flag("runAsNonRoot") ?? pod.flag("securityContext.runAsNonRoot");
      return [
        ...unless(runsAsOther === true, `${name} may run as root`),
        ...unless(own.flag("privileged") !== true, `${name} is privileged`),
        ...unless(own.flag("allowPrivilegeEscalation") === false, `${name} allows privilege escalation`),
        ...unless(own.flag("readOnlyRootFilesystem") === true, `${name} has a writable root filesystem`),
        ...unless(own.strings("capabilities.drop").includes("ALL"), `${name} does not drop all capabilities`),
      ];
    });
  },
});

const HOST = resourceRule({
  name: "kubernetes-no-host-access",
  description:
    "Pods don't share their node's network, processes or IPC, and mount no service account token that they don't use.",
  why: "A pod in its node's network namespace can act as the node.",
  severity: "high",
  ids: ["CKV_K8S_17", "CKV_K8S_18", "CKV_K8S_19", "CKV_K8S_38"],
  fix: "Leave hostNetwork, hostPID and hostIPC off; set automountServiceAccountToken to false.",
  types: WORKLOADS,
  judge: ({ values }) => {
    const pod = values.at("spec.template.spec");
    return [
      ...["hostNetwork", "hostPID", "hostIPC"].flatMap((name) => unless(pod.flag(name) !== true, `${name} is on`)),
      ...unless(pod.flag("automountServiceAccountToken") === false, "mounts a service account token"),
    ];
  },
});

const IMAGE = resourceRule({
  name: "kubernetes-image-pinned",
  description: "Images have a tag other than latest, or a digest.",
  why: "latest changes over time, so nodes may run different versions.",
  severity: "medium",
  ids: ["CKV_K8S_14", "CKV_K8S_43"],
  fix: "Name the version, or preferably the digest.",
  types: WORKLOADS,
  judge: ({ values }) =>
    containers(values.at("spec.template.spec")).flatMap((container) => {
      const image = container.text("image") ?? "";
      return unless(/(:(?!latest$)[^/:]+|@sha256:[0-9a-f]{64})$/.test(image), `image ${image}`);
    }),
});

const PROBES = resourceRule({
  name: "kubernetes-probes",
  description: "Containers have liveness and readiness probes.",
  why: "Without probes a container that hangs still receives requests.",
  severity: "medium",
  ids: ["CKV_K8S_8", "CKV_K8S_9"],
  fix: "Set livenessProbe and readinessProbe.",
  types: WORKLOADS,
  judge: ({ values }) =>
    values
      .list("spec.template.spec.containers")
      .flatMap((container) =>
        ["livenessProbe", "readinessProbe"].flatMap((probe) =>
          unless(container.has(probe), `${container.text("name") ?? "a container"} has no ${probe}`),
        ),
      ),
});

const SERVICE = stackRule({
  name: "kubernetes-service-internal",
  description:
    "Services are reachable within the cluster only. A cluster that the stack creates may also use a NodePort: its nodes have no public address.",
  why: "A NodePort or LoadBalancer bypasses the cluster's ingress.",
  severity: "high",
  ids: [],
  fix: "Use type ClusterIP, and the cluster's ingress.",
  judge: (stack) => {
    const own = stack.of(EKS, GKE).length > 0;
    return stack.of("kubernetes:core/v1:Service").flatMap((service) => {
      const type = service.values.text("spec.type") ?? "ClusterIP";
      // Without "Local" any node forwards to any pod, so the load balancer's health check says nothing about the node.
      const behindOwn = own && type === "NodePort" && service.values.text("spec.externalTrafficPolicy") === "Local";
      return (type === "ClusterIP" || behindOwn) && !service.values.has("spec.externalIPs")
        ? []
        : [fault(service, `type ${type}`)];
    });
  },
});

const NETWORK = stackRule({
  name: "kubernetes-network-policy",
  description: "Every workload is covered by a NetworkPolicy for ingress and egress.",
  why: "Otherwise every pod of the cluster can reach every other, and only passwords protect the databases.",
  severity: "high",
  ids: ["CKV2_K8S_6"],
  fix: "Add a NetworkPolicy that selects the pods, of policyTypes Ingress and Egress.",
  judge: (stack) =>
    stack
      .of(...WORKLOADS)
      .filter(
        ({ values }) =>
          !stack
            .of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
            .some(
              (policy) =>
                selects(policy.values, "spec.podSelector", values) &&
                ["Ingress", "Egress"].every((each) => policy.values.strings("spec.policyTypes").includes(each)),
            ),
      )
      .map((workload) => fault(workload, "no NetworkPolicy covers both ingress and egress")),
});

const NAMESPACE = resourceRule({
  name: "kubernetes-namespace-restricted",
  description: "A namespace enforces the restricted Pod Security Standard.",
  why: "Without enforcement another team can deploy privileged pods into the namespace.",
  severity: "high",
  ids: [],
  fix: 'Label it "pod-security.kubernetes.io/enforce": "restricted".',
  types: ["kubernetes:core/v1:Namespace"],
  judge: ({ values }) => {
    const enforced = new Map(values.texts("metadata.labels")).get("pod-security.kubernetes.io/enforce");
    return unless(enforced === "restricted", `enforces ${enforced ?? "no Pod Security Standard"}`);
  },
});

const TARGET = stackRule({
  name: "kubernetes-autoscaler-target",
  description: "An autoscaler targets a workload of the stack whose containers request the measured resources.",
  why: "An autoscaler without a target, or whose target has no requests, silently never scales.",
  severity: "high",
  ids: [],
  fix: "Point scaleTargetRef at the Deployment, and set resources.requests for every resource in the metrics.",
  judge: (stack) =>
    stack.of("kubernetes:autoscaling/v2:HorizontalPodAutoscaler").flatMap((scaler) => {
      const kind = scaler.values.text("spec.scaleTargetRef.kind");
      const name = scaler.values.text("spec.scaleTargetRef.name");
      const target = stack
        .of(...WORKLOADS)
        .find(({ type, values }) => type.endsWith(`:${kind}`) && values.text("metadata.name") === name);
      if (target === undefined) {
        return [fault(scaler, `there is no ${kind ?? "workload"} ${name ?? "(not named)"}`)];
      }
      const measured = scaler.values.list("spec.metrics").flatMap((metric) => metric.text("resource.name") ?? []);
      return measured.flatMap((resource) =>
        measuredContainers(target.values.at("spec.template.spec"))
          .filter((container) => !container.has(`resources.requests.${resource}`))
          .map((container) => fault(scaler, `${container.text("name") ?? "a container"} requests no ${resource}`)),
      );
    }),
});

/** Whether a selector matches a workload's pods. */
function selects(from: ResourceValues, selector: string, workload: ResourceValues): boolean {
  const labels = new Map(workload.texts("spec.template.metadata.labels"));
  return from.texts(`${selector}.matchLabels`).every(([name, value]) => labels.get(name) === value);
}

/** Rules on workloads in Kubernetes. */
export const KUBERNETES_RULES: readonly Rule[] = [RESTRICTED, HOST, IMAGE, PROBES, SERVICE, NETWORK, NAMESPACE, TARGET];

/** The containers that an autoscaler measures: including sidecars, excluding init containers that end before the pod serves. */
function measuredContainers(pod: ResourceValues): ResourceValues[] {
  const sidecars = pod.list("initContainers").filter((container) => container.text("restartPolicy") === "Always");
  return [...pod.list("containers"), ...sidecars];
}

function containers(pod: ResourceValues): ResourceValues[] {
  return [...pod.list("containers"), ...pod.list("initContainers")];
}
