import type { V1Deployment, V1ReplicaSet } from "@kubernetes/client-node";

const REVISION = "deployment.kubernetes.io/revision";
const HASH = "pod-template-hash";
/** Prefix of the field managers of Pulumi's provider. */
const PULUMI = "pulumi-kubernetes";

/** State of a rollout: complete, still progressing, failed, or unknown because the Deployment reports no progress. */
export type ReleaseState = "complete" | "progressing" | "failed" | "unknown";

/** The state of the newest revision as the Deployment controller reports it. */
export function releaseState({ metadata, status }: V1Deployment): ReleaseState {
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) {
    return "progressing";
  }
  const progressing = status?.conditions?.find(({ type }) => type === "Progressing");
  switch (progressing?.status) {
    case "False":
      return "failed";
    case "True":
      return progressing.reason === "NewReplicaSetAvailable" ? "complete" : "progressing";
    default:
      return "unknown";
  }
}

/**
 * The field manager under which Pulumi applied the Deployment.
 * @throws when it was not applied server-side
 */
export function writerOf({ metadata }: V1Deployment): string {
  const writer = metadata?.managedFields?.find(
    ({ manager, operation }) => operation === "Apply" && manager?.startsWith(PULUMI),
  );
  if (writer?.manager === undefined) {
    throw new Error(`${metadata?.name}: Pulumi did not apply it server-side, so it cannot be rolled back`);
  }
  return writer.manager;
}

/** The newest revision before the current one that has ready pods. */
export function lastServing(deployment: V1Deployment, sets: readonly V1ReplicaSet[]): V1ReplicaSet | undefined {
  const current = revisionOf(deployment);
  return sets
    .filter(({ metadata }) => metadata?.ownerReferences?.some(({ uid }) => uid === deployment.metadata?.uid))
    .filter((set) => revisionOf(set) < current && (set.status?.readyReplicas ?? 0) > 0)
    .sort((a, b) => revisionOf(b) - revisionOf(a))[0];
}

/** The revision number of a ReplicaSet, or the newest of a Deployment. */
export function revisionOf({ metadata }: V1Deployment | V1ReplicaSet): number {
  return Number(metadata?.annotations?.[REVISION] ?? 0);
}

/** The pod template as deployed, without the label that the Deployment controller adds. */
export function templateOf(set: V1ReplicaSet): object {
  const { metadata, spec } = set.spec!.template!;
  const labels = Object.fromEntries(Object.entries(metadata?.labels ?? {}).filter(([key]) => key !== HASH));
  return { metadata: { ...metadata, labels }, spec };
}
