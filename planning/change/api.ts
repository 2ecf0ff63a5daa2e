import type { StackPlan } from "../../stacks/plan";
import { AWS_TEMPLATE, GCP_TEMPLATES } from "../../policy/machines";
import { changedInputs } from "./effects";
import type { Side, SideResource } from "./side";

export const API_ACTIONS = ["moves", "members replaced", "resized", "new release"] as const;
/**
 * `moves`: it runs elsewhere afterwards. `members replaced`: new members of the scaling group start before old ones end.
 * `resized`: the bounds of the group change. `new release`: one container or pod after the other.
 */
export type ApiAction = (typeof API_ACTIONS)[number];

/** What a change does to the API, apart from the nodes that it shares with data services. */
export interface ApiChange {
  readonly action: ApiAction;
  readonly from: string;
  readonly to: string;
}

/** Everything that changes about the API. */
export function apiChanges(before: Side, after: Side): ApiChange[] {
  const change = (action: ApiAction, from: string, to: string): ApiChange => ({ action, from, to });
  const [from, to] = [before, after].map(({ plan }) => where(plan));
  const [size, newSize] = [before, after].map(({ plan }) => sizeOf(plan));
  const [image, newImage] = [before, after].map(({ plan }) => plan.spec.api.image);
  if (from !== to) {
    return [change("moves", `${from}, ${size}`, `${to}, ${newSize}`)];
  }
  return [
    ...(isTemplateChanged(before.resources, after.resources)
      ? [change("members replaced", machine(before.plan), machine(after.plan))]
      : []),
    ...(size === newSize ? [] : [change("resized", size!, newSize!)]),
    ...(image === newImage ? [] : [change("new release", image!, newImage!)]),
  ];
}

function where({ spec, apiGroup }: StackPlan): string {
  const { kubernetes } = spec.api;
  if (kubernetes !== undefined) {
    return kubernetes.cluster.kind === "new" ? "the stack's cluster" : "an existing cluster";
  }
  return apiGroup === undefined ? "the data services' node" : "a scaling group";
}

function machine({ apiGroup }: StackPlan): string {
  return apiGroup?.machine.name ?? "";
}

function sizeOf({ spec, apiGroup, cluster }: StackPlan): string {
  if (apiGroup !== undefined) {
    const { minNodes, maxNodes } = apiGroup;
    return `${minNodes === maxNodes ? minNodes : `${minNodes} to ${maxNodes}`} nodes`;
  }
  return cluster === undefined ? `${spec.api.containers} containers` : `${cluster.nodes} nodes`;
}

/** Whether members that start after the change differ from those that run. */
function isTemplateChanged(before: readonly SideResource[], after: readonly SideResource[]): boolean {
  const types: readonly string[] = [AWS_TEMPLATE, ...GCP_TEMPLATES];
  return after
    .filter(({ type }) => types.includes(type))
    .some((template) => {
      const old = before.find(({ urn }) => urn === template.urn);
      return old !== undefined && changedInputs(old, template).length > 0;
    });
}
