import { resourceRule, unless, type Rule } from "../rule";
import type { Values } from "../values";

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

const SERVICE = resourceRule({
  name: "kubernetes-service-internal",
  description: "Services are reached within the cluster only.",
  why: "A NodePort or LoadBalancer is an entry past the cluster's own.",
  severity: "high",
  ids: [],
  fix: "Use type ClusterIP, and the cluster's ingress.",
  types: ["kubernetes:core/v1:Service"],
  judge: ({ values }) => {
    const type = values.text("spec.type") ?? "ClusterIP";
    return unless(type === "ClusterIP" && !values.has("spec.externalIPs"), `type ${type}`);
  },
});

/** What containers may. */
export const KUBERNETES_RULES: readonly Rule[] = [RESTRICTED, HOST, IMAGE, PROBES, SERVICE];

function containers(pod: Values): Values[] {
  return [...pod.list("containers"), ...pod.list("initContainers")];
}
