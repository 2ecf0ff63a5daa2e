import { API_CONTAINER, AUTOSCALING } from "../../stacks/tiers";
import { AWS_SCALING_GROUP, GCP_AUTOSCALERS } from "../machines";
import { resourceRule, unless, type Rule } from "../rule";
import type { ResourceValues } from "../values";

const GIBI = 2 ** 30;
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: GIBI,
  Ti: 2 ** 40,
};

/** A Kubernetes quantity such as "500m" or "2Gi" as a number; undefined when it is not a quantity. */
function quantity(text: string | number | undefined): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(String(text ?? "")) ?? [];
  return number === undefined ? undefined : Number(number) * UNITS[unit ?? ""]!;
}

const GROUP_BOUNDS = resourceRule({
  name: "scaling-group-bounds",
  description: `A scaling group sets its minimum to at least 1 and its maximum to at most ${AUTOSCALING.maxContainers} machines.`,
  why: "Without a bound, an attack or a CPU-bound bug scales the group and its bill.",
  severity: "high",
  ids: [],
  fix: `Set the group's minimum and maximum. The maximum is ${AUTOSCALING.maxContainers}, the API's maximum number of containers.`,
  types: [AWS_SCALING_GROUP, ...GCP_AUTOSCALERS],
  judge: ({ type, values }) => {
    const [least, most] =
      type === AWS_SCALING_GROUP
        ? [values.number("minSize"), values.number("maxSize")]
        : [values.number("autoscalingPolicy.minReplicas"), values.number("autoscalingPolicy.maxReplicas")];
    return [
      ...unless(least !== undefined && least >= 1, `minimum ${least ?? "(not set)"} < 1 machine`),
      ...unless(
        most !== undefined && most <= AUTOSCALING.maxContainers,
        `maximum ${most ?? "(not set)"} > ${AUTOSCALING.maxContainers} machines`,
      ),
    ];
  },
});

const HPA_BOUNDS = resourceRule({
  name: "kubernetes-autoscaler-bounds",
  description: `The API's autoscaler runs ${AUTOSCALING.minContainers} to ${AUTOSCALING.maxContainers} containers.`,
  why: "One container has no redundancy; more than the maximum open more connections than the databases accept.",
  severity: "high",
  ids: [],
  fix: `Set minReplicas to ${AUTOSCALING.minContainers} or more and maxReplicas to ${AUTOSCALING.maxContainers} or less.`,
  types: ["kubernetes:autoscaling/v2:HorizontalPodAutoscaler"],
  judge: ({ values }) => {
    const least = values.number("spec.minReplicas") ?? 1; // Kubernetes' default
    const most = values.number("spec.maxReplicas");
    return [
      ...unless(least >= AUTOSCALING.minContainers, `minReplicas ${least} < ${AUTOSCALING.minContainers}`),
      ...unless(
        most !== undefined && most <= AUTOSCALING.maxContainers,
        `maxReplicas ${most ?? "(not set)"} > ${AUTOSCALING.maxContainers}`,
      ),
    ];
  },
});

const WORKLOADS = ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet"];

const CONTAINER_RESOURCES = resourceRule({
  name: "kubernetes-container-resources",
  description: "Containers set CPU and memory requests and limits, within the figures for one API container.",
  why: "Without requests the scheduler can't place a container well; without limits it can exhaust its node's memory.",
  severity: "high",
  ids: ["CKV_K8S_10", "CKV_K8S_11", "CKV_K8S_12", "CKV_K8S_13"],
  fix: "Set resources.requests and resources.limits, at most the values of API_CONTAINER in stacks/tiers.ts.",
  types: WORKLOADS,
  judge: ({ values }) =>
    values
      .list("spec.template.spec.containers")
      .flatMap((container) => [
        ...bounded(container, "requests", API_CONTAINER.requests),
        ...bounded(container, "limits", API_CONTAINER.limits),
      ]),
});

const QUANTITIES = resourceRule({
  name: "kubernetes-quantities",
  description: "Requests and limits are valid Kubernetes quantities, and no request exceeds its limit.",
  why: "The cluster rejects values such as 1GB, 1g or 500 m in the middle of an update.",
  severity: "medium",
  ids: [],
  fix: "Write CPUs as 500m or 1, memory as 512Mi or 2Gi.",
  types: WORKLOADS,
  judge: ({ values }) =>
    ["containers", "initContainers"]
      .flatMap((list) => values.list(`spec.template.spec.${list}`))
      .flatMap((container) =>
        ["cpu", "memory", "ephemeral-storage"].flatMap((resource) => quantitiesOf(container, resource)),
      ),
});

export const SCALING_RULES: readonly Rule[] = [GROUP_BOUNDS, HPA_BOUNDS, CONTAINER_RESOURCES, QUANTITIES];

function quantitiesOf(container: ResourceValues, resource: string): string[] {
  const name = container.text("name") ?? "a container";
  const [request, limit] = (["requests", "limits"] as const).map((kind) => {
    const path = `resources.${kind}.${resource}`;
    const written = container.text(path) ?? container.number(path);
    return { path, written, value: quantity(written) };
  });
  const wrong = [request!, limit!].filter(({ written, value }) => written !== undefined && value === undefined);
  return wrong.length > 0
    ? wrong.map(({ path, written }) => `${name}: ${path} ${written} is not a quantity`)
    : unless(
        (request!.value ?? 0) <= (limit!.value ?? Infinity),
        `${name}: ${request!.path} ${request!.written} > its limit ${limit!.written}`,
      );
}

function bounded(
  container: ResourceValues,
  kind: "requests" | "limits",
  most: { readonly memGiB: number; readonly cpus: number },
): string[] {
  const name = container.text("name") ?? "a container";
  return (["cpu", "memory"] as const).flatMap((resource) => {
    const path = `resources.${kind}.${resource}`;
    const written = container.text(path) ?? container.number(path);
    const value = quantity(written);
    const limit = resource === "cpu" ? most.cpus : most.memGiB * GIBI;
    return unless(
      value !== undefined && value <= limit,
      `${name}: ${path} ${written ?? "(not set)"} > ${resource === "cpu" ? limit : `${most.memGiB}Gi`}`,
    );
  });
}
