import { setTimeout as sleep } from "node:timers/promises";
import type { AppsV1Api, V1Deployment } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import { lastServing, releaseState, revisionOf, templateOf, writerOf } from "./rollout";

/** Milliseconds between two polls of a rollout in progress. */
const POLL_MS = 2000;

/** A Deployment as sent to the cluster. */
export interface DeploymentManifest {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

/** How a failed update was handled. */
export interface AfterFailure {
  /** Whether to retry the update: the rollout succeeded, but took longer than the provider waits. */
  readonly retry: boolean;
  /** A description of the rollback. Empty means that nothing was done. */
  readonly message: string;
}

/**
 * Runs when an update of the Deployment has failed. The provider only reports its time-out; the cluster reports whether the
 * rollout still progresses. A rollout that failed is rolled back to the revision that serves, and the update fails
 * nevertheless. Pulumi's engine runs such hooks since 3.219, and in previews too.
 */
export function rollbackHook(kubeconfig: pulumi.Input<string>, name: string): pulumi.ErrorHook {
  const preview = pulumi.runtime.isDryRun();
  return new pulumi.ErrorHook(`${name}-goes-back`, async ({ failedOperation, newInputs }) => {
    if (failedOperation !== "update" || preview) {
      return false;
    }
    const failed = (await valueOf(newInputs)) as DeploymentManifest;
    const { retry, message } = await afterFailure(await valueOf(kubeconfig), failed);
    if (message !== "") {
      await pulumi.log.warn(message);
    }
    return retry;
  });
}

/**
 * Waits until a rollout in progress has succeeded or failed, and rolls back one that failed.
 * @param failed the Deployment as the failed update wrote it
 * @throws when the API server is unreachable
 */
export async function afterFailure(kubeconfig: string, failed: DeploymentManifest): Promise<AfterFailure> {
  const { AppsV1Api: Apps, KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const apps: AppsV1Api = config.makeApiClient(Apps);
  const { name, namespace } = failed.metadata;
  const deployment = (): Promise<V1Deployment> => apps.readNamespacedDeployment({ name, namespace });

  let seen = await deployment();
  const before = releaseState(seen);
  while (releaseState(seen) === "progressing") {
    await sleep(POLL_MS);
    seen = await deployment();
  }
  const now = releaseState(seen);
  return now === "failed"
    ? { retry: false, message: await rollBack(apps, failed, seen) }
    : { retry: before === "progressing" && now === "complete", message: "" };
}

/**
 * Rolls back to the revision that serves, as `kubectl rollout undo` does, but with the field manager of the failed update: no
 * field gets a second owner, and the next update applies without conflicts. Returns a description.
 */
async function rollBack(apps: AppsV1Api, failed: DeploymentManifest, deployment: V1Deployment): Promise<string> {
  const { PatchStrategy, setHeaderOptions } = await import("@kubernetes/client-node");
  const { name, namespace } = failed.metadata;
  const labelSelector = Object.entries(deployment.spec!.selector.matchLabels!)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { items } = await apps.listNamespacedReplicaSet({ namespace, labelSelector });
  const serving = lastServing(deployment, items);
  if (serving === undefined) {
    return `${name}: no earlier revision has ready pods, so the rollout was not rolled back`;
  }
  const template = templateOf(serving);
  await apps.patchNamespacedDeployment(
    { name, namespace, body: withTemplate(failed, template), fieldManager: writerOf(deployment), force: true },
    setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply),
  );
  return `${name}: the rollout made no progress in time; rolled back to revision ${revisionOf(serving)}, which served throughout`;
}

function withTemplate({ metadata, spec }: DeploymentManifest, template: object): object {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { ...spec, template } };
}

function valueOf<T>(input: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => void pulumi.output(input).apply(resolve));
}
