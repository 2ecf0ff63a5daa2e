import type { V1Deployment, V1ReplicaSet } from "@kubernetes/client-node";

const REVISION = "deployment.kubernetes.io/revision";
const HASH = "pod-template-hash";
/** Pulumi's provider writes each object under a name of its own, which begins so. */
const PULUMI = "pulumi-kubernetes";

/** What became of a release: it serves, it may still come to serve, the cluster has given it up, or it doesn't move at all. */
export type ReleaseState = "serves" | "under way" | "given up" | "stands still";

/** What the deployment's controller says of the newest release. */
export function releaseState({ metadata, status }: V1Deployment): ReleaseState {
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) {
    return "under way";
  }
  const progressing = status?.conditions?.find(({ type }) => type === "Progressing");
  switch (progressing?.status) {
    case "False":
      return "given up";
    case "True":
      return progressing.reason === "NewReplicaSetAvailable" ? "serves" : "under way";
    default:
      return "stands still";
  }
}

/**
 * In whose name Pulumi has written the deployment.
 * @throws when it has not done so by server-side apply
 */
export function writerOf({ metadata }: V1Deployment): string {
  const writer = metadata?.managedFields?.find(
    ({ manager, operation }) => operation === "Apply" && manager?.startsWith(PULUMI),
  );
  if (writer?.manager === undefined) {
    throw new Error(`${metadata?.name}: Pulumi has not written it by server-side apply, so it can't be put back`);
  }
  return writer.manager;
}

/** The newest revision before the current one that has pods which are ready. */
export function lastServing(deployment: V1Deployment, sets: readonly V1ReplicaSet[]): V1ReplicaSet | undefined {
  const current = revisionOf(deployment);
  return sets
    .filter(({ metadata }) => metadata?.ownerReferences?.some(({ uid }) => uid === deployment.metadata?.uid))
    .filter((set) => revisionOf(set) < current && (set.status?.readyReplicas ?? 0) > 0)
    .sort((a, b) => revisionOf(b) - revisionOf(a))[0];
}

/** A release's number, counted by the deployment's controller: a replica set's, or the newest one of a deployment. */
export function revisionOf({ metadata }: V1Deployment | V1ReplicaSet): number {
  return Number(metadata?.annotations?.[REVISION] ?? 0);
}

/** The pods' template as it was deployed, without what the deployment's controller has added. */
export function templateOf(set: V1ReplicaSet): object {
  const { metadata, spec } = set.spec!.template!;
  const labels = Object.fromEntries(Object.entries(metadata?.labels ?? {}).filter(([key]) => key !== HASH));
  return { metadata: { ...metadata, labels }, spec };
}
