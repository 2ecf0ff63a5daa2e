import { setTimeout as sleep } from "node:timers/promises";
import type { AppsV1Api, V1Deployment } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import { lastServing, releaseState, revisionOf, templateOf, writerOf } from "./rollout";

/** Milliseconds between two looks at a release that isn't decided. */
const LOOK_MS = 2000;

/** A deployment as it is sent to the cluster. */
export interface DeploymentManifest {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

/** What is to be done about an update that failed. */
export interface AfterFailure {
  /** Whether the update is to be tried again: the release needed longer than the provider waits. */
  readonly retry: boolean;
  /** What was done, in words; empty: nothing. */
  readonly said: string;
}

/**
 * Runs when an update of the deployment has failed. The provider only knows that its time is over: whether the release
 * is still getting on, is for the cluster to say. One that it has given up is put back to what serves, and the update
 * fails all the same, so that whoever made it knows. The engine runs such hooks since 3.219, and in previews too.
 */
export function goingBack(kubeconfig: pulumi.Input<string>, name: string): pulumi.ErrorHook {
  const preview = pulumi.runtime.isDryRun();
  return new pulumi.ErrorHook(`${name}-goes-back`, async ({ failedOperation, newInputs }) => {
    if (failedOperation !== "update" || preview) {
      return false;
    }
    const failed = (await valueOf(newInputs)) as DeploymentManifest;
    const { retry, said } = await afterFailure(await valueOf(kubeconfig), failed);
    if (said !== "") {
      await pulumi.log.warn(said);
    }
    return retry;
  });
}

/**
 * Waits until the cluster has decided about a release that was under way, and puts one back that it has given up.
 * @param failed the deployment as the failed update wrote it
 * @throws when the cluster can't be asked
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
  while (releaseState(seen) === "under way") {
    await sleep(LOOK_MS);
    seen = await deployment();
  }
  const now = releaseState(seen);
  return now === "given up"
    ? { retry: false, said: await goBack(apps, failed, seen) }
    : { retry: before === "under way" && now === "serves", said: "" };
}

/**
 * Goes back to the release that serves, as `kubectl rollout undo` would, but in the name of the update that failed: no
 * field gets a second owner, and the next update finds the deployment as if it had written all of it. Says what it did.
 */
async function goBack(apps: AppsV1Api, failed: DeploymentManifest, deployment: V1Deployment): Promise<string> {
  const { PatchStrategy, setHeaderOptions } = await import("@kubernetes/client-node");
  const { name, namespace } = failed.metadata;
  const labelSelector = Object.entries(deployment.spec!.selector.matchLabels!)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { items } = await apps.listNamespacedReplicaSet({ namespace, labelSelector });
  const serving = lastServing(deployment, items);
  if (serving === undefined) {
    return `${name}: no earlier release serves, so there is none to go back to`;
  }
  const template = templateOf(serving);
  await apps.patchNamespacedDeployment(
    { name, namespace, body: withTemplate(failed, template), fieldManager: writerOf(deployment), force: true },
    setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply),
  );
  return `${name}: the release is not ready in time; gone back to revision ${revisionOf(serving)}, which served all along`;
}

function withTemplate({ metadata, spec }: DeploymentManifest, template: object): object {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { ...spec, template } };
}

function valueOf<T>(input: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => void pulumi.output(input).apply(resolve));
}
