import { fault, resourceRule, stackRule, unless, type Rule } from "../rule";
import type { ResourceValues } from "../values";
import { EKS, GKE } from "./clusters";

const WORKLOADS = ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet"];

const RESTRICTED = resourceRule({
  name: "kubernetes-pod-restricted",
  description: "Containers run as somebody else than root, can't become it, and write nothing but volumes.",
  why: "Whoever gets into a container stays in it.",
  severity: "high",
  ids: ["CKV_K8S_16", "CKV_K8S_20", "CKV_K8S_22", "CKV_K8S_23", "CKV_K8S_37"],
  fix: "Set the securityContext as the restricted Pod Security Standard says.",
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
        ...unless(own.flag("allowPrivilegeEscalation") === false, `${name} may become root`),
        ...unless(own.flag("readOnlyRootFilesystem") === true, `${name} writes its own files`),
        ...unless(own.strings("capabilities.drop").includes("ALL"), `${name} keeps capabilities`),
      ];
    });
  },
});

const HOST = resourceRule({
  name: "kubernetes-no-host-access",
  description: "Pods share neither network nor processes with their node, and get no token that they don't use.",
  why: "A pod in its node's network speaks as the node.",
  severity: "high",
  ids: ["CKV_K8S_17", "CKV_K8S_18", "CKV_K8S_19", "CKV_K8S_38"],
  fix: "Leave hostNetwork, hostPID and hostIPC off; set automountServiceAccountToken to false.",
  types: WORKLOADS,
  judge: ({ values }) => {
    const pod = values.at("spec.template.spec");
    return [
      ...["hostNetwork", "hostPID", "hostIPC"].flatMap((name) => unless(pod.flag(name) !== true, `${name} is on`)),
      ...unless(pod.flag("automountServiceAccountToken") === false, "gets a token of the cluster"),
    ];
  },
});

const IMAGE = resourceRule({
  name: "kubernetes-image-pinned",
  description: "Images have a tag other than latest, or a digest.",
  why: "latest is another program tomorrow, on half of the nodes.",
  severity: "medium",
  ids: ["CKV_K8S_14", "CKV_K8S_43"],
  fix: "Name the version, better the digest.",
  types: WORKLOADS,
  judge: ({ values }) =>
    containers(values.at("spec.template.spec")).flatMap((container) => {
      const image = container.text("image") ?? "";
      return unless(/(:(?!latest$)[^/:]+|@sha256:[0-9a-f]{64})$/.test(image), `image ${image}`);
    }),
});

const PROBES = resourceRule({
  name: "kubernetes-probes",
  description: "Containers are asked whether they live and whether they are ready.",
  why: "One that hangs gets its share of requests otherwise.",
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
    "Services are reached within the cluster only; on a cluster of the stack's own also on a port of its nodes, which have no public address.",
  why: "A NodePort or LoadBalancer is an entry past the cluster's own.",
  severity: "high",
  ids: [],
  fix: "Use type ClusterIP, and the cluster's ingress.",
  judge: (stack) => {
    const own = stack.of(EKS, GKE).length > 0;
    return stack.of("kubernetes:core/v1:Service").flatMap((service) => {
      const type = service.values.text("spec.type") ?? "ClusterIP";
      // Without Local any node answers for all of them, and a load balancer's check says nothing of it.
      const behindOwn = own && type === "NodePort" && service.values.text("spec.externalTrafficPolicy") === "Local";
      return (type === "ClusterIP" || behindOwn) && !service.values.has("spec.externalIPs")
        ? []
        : [fault(service, `type ${type}`)];
    });
  },
});

const NETWORK = stackRule({
  name: "kubernetes-network-policy",
  description: "What runs in a cluster says whom it lets in and whom it speaks to.",
  why: "Otherwise every pod of the cluster reaches every other, and the databases' passwords are all that is between.",
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
      .map((workload) => fault(workload, "no network policy covers it both ways")),
});

const NAMESPACE = resourceRule({
  name: "kubernetes-namespace-restricted",
  description: "A namespace refuses pods that don't meet the restricted Pod Security Standard.",
  why: "What is not refused is deployed one day, by somebody else.",
  severity: "high",
  ids: [],
  fix: 'Label it "pod-security.kubernetes.io/enforce": "restricted".',
  types: ["kubernetes:core/v1:Namespace"],
  judge: ({ values }) => {
    const enforced = new Map(values.texts("metadata.labels")).get("pod-security.kubernetes.io/enforce");
    return unless(enforced === "restricted", `enforces ${enforced ?? "nothing"}`);
  },
});

const TARGET = stackRule({
  name: "kubernetes-autoscaler-target",
  description: "An autoscaler's target is a workload of the stack, whose containers request what it measures.",
  why: "One without a target, or whose target requests nothing, never scales, and says so to nobody.",
  severity: "high",
  ids: [],
  fix: "Point scaleTargetRef to the Deployment, and set resources.requests for every resource among the metrics.",
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

/** Whether a selector's labels are all on a workload's pods. */
function selects(from: ResourceValues, selector: string, workload: ResourceValues): boolean {
  const labels = new Map(workload.texts("spec.template.metadata.labels"));
  return from.texts(`${selector}.matchLabels`).every(([name, value]) => labels.get(name) === value);
}

/** What containers may. */
export const KUBERNETES_RULES: readonly Rule[] = [RESTRICTED, HOST, IMAGE, PROBES, SERVICE, NETWORK, NAMESPACE, TARGET];

/** The containers that an autoscaler measures: sidecars too, but none that ends before the pod serves. */
function measuredContainers(pod: ResourceValues): ResourceValues[] {
  const sidecars = pod.list("initContainers").filter((container) => container.text("restartPolicy") === "Always");
  return [...pod.list("containers"), ...sidecars];
}

function containers(pod: ResourceValues): ResourceValues[] {
  return [...pod.list("containers"), ...pod.list("initContainers")];
}
