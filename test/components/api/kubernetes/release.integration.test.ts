// Test group: heavy, last
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, AppsV1Api, CoreV1Api, KubeConfig, type V1Deployment, type V1Pod } from "@kubernetes/client-node";
import {
  afterFailure,
  type AfterFailure,
  type DeploymentManifest,
} from "../../../../components/api/kubernetes/release";
import { releaseState, revisionOf } from "../../../../components/api/kubernetes/rollout";
import { ControlPlane } from "../../../support/control-plane";
import { SimulatedNodes, readyPods } from "../../../support/simulated-nodes";
import { manifests, WAYS, type Manifest, type Way } from "./manifests";

const NAMESPACE = "ape";
const NAME = "ape-api";
/** Custom resources of Prometheus Operator, which this cluster does not run. */
const OTHERS = "monitoring.coreos.com/v1";
/** Shorter deadlines than the rendered ones, which allow for pulling images. */
const SHORT_DEADLINES = { progressDeadlineSeconds: 8, minReadySeconds: 1 } as const;
const [GOOD, BETTER, SLOW, BROKEN] = ["1.0.0", "1.1.0", "slow", "broken"].map(
  (tag) => `registry.example.com/ape/api:${tag}`,
) as [string, string, string, string];
/** Fields that a release sets and the next one drops. */
const WITH_MORE = { annotations: { "example.com/team": "ape" }, env: [{ name: "FEATURE", value: "on" }] } as const;
/** Both pods of the slow release together take longer than the deadline; each alone does not. */
const READY_AFTER_MS: Readonly<Record<string, number>> = { [SLOW]: 5000, [BROKEN]: Infinity };

describe("the API on a real Kubernetes control plane", function () {
  this.timeout(600_000); // building the control plane takes minutes
  let plane: ControlPlane;
  let apps: AppsV1Api;
  let core: CoreV1Api;

  before(async function () {
    plane = await ControlPlane.start(this);
    const config = new KubeConfig();
    config.loadFromString(plane.kubeconfig);
    apps = config.makeApiClient(AppsV1Api);
    core = config.makeApiClient(CoreV1Api);
    const all = await manifests("t3", "aws", "a new cluster");
    await core.createNamespace({ body: only(all, "Namespace") });
    await core.createNamespacedServiceAccount({ namespace: NAMESPACE, body: only(all, "ServiceAccount") });
  });
  after(() => plane?.stop());

  for (const way of Object.keys(WAYS) as Way[]) {
    it(`is accepted on ${way}, with strict validation and restricted Pod Security`, async () => {
      const all = (await manifests("t3", "aws", way)).filter(({ apiVersion }) => apiVersion !== OTHERS);
      for (const manifest of all.filter(({ kind }) => !["Namespace", "ServiceAccount"].includes(kind))) {
        await plane.apply(manifest, { dryRun: true });
      }
      const [pod] = podsOf(all);
      await core.createNamespacedPod({ namespace: NAMESPACE, body: pod!, dryRun: "All", fieldValidation: "Strict" });
    });
  }

  it("rejects an unknown field", async () => {
    const all = await manifests("t3", "aws", "a new cluster");
    const wrong = {
      ...only(all, "HorizontalPodAutoscaler"),
      spec: { ...only(all, "HorizontalPodAutoscaler").spec, maxreplicas: 3 },
    };
    await assert.rejects(plane.apply(wrong, { dryRun: true }), /maxreplicas/);
  });

  for (const [what, weaken] of [
    ["runs as root", (pod) => (pod.spec!.securityContext!.runAsUser = 0)],
    ["may become root", (pod) => (pod.spec!.containers[0]!.securityContext!.allowPrivilegeEscalation = true)],
    ["keeps capabilities", (pod) => delete pod.spec!.containers[0]!.securityContext!.capabilities],
    ["has no seccomp profile", (pod) => delete pod.spec!.securityContext!.seccompProfile],
    ["mounts files of its node", (pod) => pod.spec!.volumes!.push({ name: "host", hostPath: { path: "/" } })],
    ["has a sidecar that may become root", (pod) => delete pod.spec!.initContainers![0]!.securityContext],
  ] as readonly (readonly [string, (pod: V1Pod) => unknown])[]) {
    it(`rejects a pod that ${what}`, async () => {
      const [pod] = podsOf(await manifests("t3", "aws", "a new cluster"));
      weaken(pod!);
      await assert.rejects(
        core.createNamespacedPod({ namespace: NAMESPACE, body: pod!, dryRun: "All" }),
        (error) => error instanceof ApiException && error.code === 403 && /restricted/.test(String(error.body)),
      );
    });
  }

  describe("a release", () => {
    let nodes: SimulatedNodes;
    before(() => (nodes = new SimulatedNodes(core, NAMESPACE, (image) => READY_AFTER_MS[image] ?? 0)));
    after(() => nodes.stop());

    it("is not rolled back when the first one is broken", async () => {
      const failed = await release(BROKEN);
      const { retry, message } = await afterFailureOf(failed);
      assert.equal(retry, false);
      assert.match(message, /not rolled back/);
      assert.equal(await image(), BROKEN);
    });

    it("is left alone when it is complete", async () => {
      const failed = await release(GOOD, WITH_MORE);
      await until(async () => (await deployment()).status?.availableReplicas === 2, "the release is complete");
      await until(async () => releaseState(await deployment()) === "complete", "the cluster reports it");
      assert.deepEqual(await afterFailureOf(failed), { retry: false, message: "" });
      assert.equal(await image(), GOOD);
    });

    it("is not rolled back when it is slower than Pulumi waits but progresses", async () => {
      const failed = await release(SLOW, WITH_MORE);
      assert.equal(releaseState(await deployment()), "progressing");
      assert.deepEqual(await afterFailureOf(failed), { retry: true, message: "" });
      assert.equal(await image(), SLOW);
    });

    it("terminates no old pod when it is broken, and is rolled back once the cluster reports failure", async () => {
      await release(GOOD, WITH_MORE);
      await until(async () => releaseState(await deployment()) === "complete", "the release is complete");
      const served = await readyPods(core, NAMESPACE);
      const revision = revisionOf(await deployment());

      const { retry, message } = await afterFailureOf(await release(BROKEN));
      assert.equal(retry, false);
      assert.match(message, new RegExp(`rolled back to revision ${revision}, which served throughout`));
      await until(async () => releaseState(await deployment()) === "complete", "the old release is complete");
      assert.equal(await image(), GOOD);
      assert.deepEqual((await deployment()).spec!.template.metadata!.annotations, WITH_MORE.annotations);
      assert.deepEqual(await readyPods(core, NAMESPACE), served, "a serving pod was terminated");
      await until(async () => (await pods()).length === 2, "the pods of the broken release terminate");
    });

    it("applies without conflicts after a rollback, and keeps none of its fields", async () => {
      const writers = (await deployment()).metadata!.managedFields!.filter(
        ({ subresource }) => subresource === undefined,
      );
      assert.deepEqual(
        writers.filter(({ fieldsV1 }) => "f:spec" in fieldsV1!).map(({ operation }) => operation),
        ["Apply"],
      );
      const next = await release(BETTER);
      await until(async () => releaseState(await deployment()) === "complete", "the next release is complete");
      const { metadata, spec } = (await deployment()).spec!.template;
      assert.equal(spec!.containers[0]!.image, BETTER);
      assert.equal(metadata!.annotations, undefined);
      assert.deepEqual(structuredClone(spec!.containers[0]!.env), next.spec!.template.spec!.containers[0]!.env);
    });
  });

  /** Applies the rendered Deployment with an image, shorter deadlines and the autoscaler's least number of pods. */
  async function release(image: string, more?: typeof WITH_MORE): Promise<V1Deployment> {
    const all = await manifests("t3", "aws", "a new cluster", { apiImage: image });
    const body = structuredClone(all.find(({ kind }) => kind === "Deployment")) as unknown as V1Deployment;
    Object.assign(body.spec!, SHORT_DEADLINES, { replicas: 2 });
    if (more !== undefined) {
      body.spec!.template.metadata!.annotations = more.annotations;
      body.spec!.template.spec!.containers[0]!.env!.push(...more.env);
    }
    await plane.apply(body as unknown as Manifest);
    return body;
  }

  const afterFailureOf = (failed: V1Deployment): Promise<AfterFailure> =>
    afterFailure(plane.kubeconfig, failed as unknown as DeploymentManifest);
  const image = async (): Promise<string> => (await deployment()).spec!.template.spec!.containers[0]!.image!;
  const deployment = (): Promise<V1Deployment> => apps.readNamespacedDeployment({ name: NAME, namespace: NAMESPACE });
  const pods = async (): Promise<V1Pod[]> => (await core.listNamespacedPod({ namespace: NAMESPACE })).items;
});

/** The only object of a kind. */
function only(all: readonly Manifest[], kind: string): Manifest {
  const [found, ...more] = all.filter((each) => each.kind === kind);
  assert.ok(found !== undefined && more.length === 0, kind);
  return found;
}

/** A pod as the Deployment controller would create it. */
function podsOf(all: readonly Manifest[]): V1Pod[] {
  return all
    .filter(({ kind }) => kind === "Deployment")
    .map((manifest) => {
      const { metadata, spec } = structuredClone((manifest as unknown as V1Deployment).spec!.template);
      return { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name: "a-pod" }, spec };
    });
}

async function until(holds: () => Promise<boolean>, what: string, timeoutMs = 60_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not within ${timeoutMs / 1000} s: ${what}`);
    await sleep(300);
  }
}
