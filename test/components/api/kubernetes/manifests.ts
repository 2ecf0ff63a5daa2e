import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../../../../components/model/cloud";
import { deployApe } from "../../../../stacks/ape";
import type { TierName } from "../../../../stacks/tiers";
import { record } from "../../../../planning/record";
import { CELLS, planCell } from "../../../support/cells";

/** An object as sent to the cluster. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** The ways in which the API runs on Kubernetes. */
export const WAYS = {
  "an existing cluster": {
    apiRuntime: "kubernetes",
    kubernetesCidrs: ["10.8.0.0/14"],
    kubeconfig: "given",
    kubernetesIngressNamespaces: ["traefik"],
    kubernetesIngressClass: "traefik",
  },
  "a new cluster": { apiRuntime: "kubernetes", kubernetesCluster: "new" },
} as const;
export type Way = keyof typeof WAYS;

/** The objects that the program sends to the cluster for a tier in an update. */
export async function manifests(
  tier: TierName,
  cloud: Cloud,
  way: Way,
  values: Readonly<Record<string, unknown>> = {},
): Promise<Manifest[]> {
  const cell = CELLS.find(
    (each) => each.tier === tier && each.cloud === cloud && each.placement === "dedicated" && each.highlyAvailable,
  )!;
  const plan = planCell(cell, {
    ...WAYS[way],
    apiDomain: "api.example.com",
    kubernetesScrapedFrom: ["monitoring"],
    ...values,
  });
  const { resources } = await record(() => deployApe(plan, { kubeconfig: pulumi.secret("none") }), {
    project: "ape-deploy",
    organization: "organization",
    stack: "test",
    preview: false,
    reveal: true,
    computed: ({ type, name, inputs }) => ({
      ...(type === "random:index/randomPassword:RandomPassword"
        ? { result: "x".repeat((inputs as { length: number }).length) }
        : {}),
      ...(type.startsWith("kubernetes:") ? named(name, inputs as Partial<Manifest>) : {}),
      ...(type === "gcp:serviceaccount/account:Account" ? { email: `${name}@example.com` } : {}),
    }),
  });
  return resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ name, inputs }) => ({ ...inputs, ...named(name, inputs as Partial<Manifest>) }) as unknown as Manifest);
}

/** Names an object as the provider does when the program gives none. */
function named(name: string, { metadata }: Partial<Manifest>): Pick<Manifest, "metadata"> {
  return { metadata: { ...metadata, name: metadata?.name ?? `${name}-1a2b3c4d` } };
}
