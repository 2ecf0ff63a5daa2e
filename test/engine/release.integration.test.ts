// Test group: heavy, last
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppsV1Api, CoreV1Api, KubeConfig, type V1Deployment } from "@kubernetes/client-node";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { deployment } from "../../components/api/kubernetes/deployment";
import { APP, NAME } from "../../components/api/kubernetes/names";
import { API_CONTAINER } from "../../stacks/tiers";
import { ControlPlane } from "../support/control-plane";
import { SimulatedNodes, readyPods } from "../support/simulated-nodes";
import { onPath } from "../support/programs";

const NAMESPACE = "ape";
const image = (tag: string): string => `registry.example.com/ape/api:${tag}`;
/** Pods of the slow release need, both together, longer than Pulumi waits; each alone, less than the cluster's deadline. */
const READY_AFTER_MS: Readonly<Record<string, number>> = { [image("slow")]: 6000, [image("broken")]: Infinity };
/** The deployment's own patience is minutes: with images, and with nodes that boot. */
const IMPATIENT = { replicas: 2, progressDeadlineSeconds: 8, minReadySeconds: 1 } as const;
const TIMEOUTS = { create: "60s", update: "10s" } as const;

/**
 * A release on Pulumi's own engine and Kubernetes provider, against a real API server with simulated nodes: what the
 * provider waits for, and what the engine does with the error hook, is theirs.
 */
describe("a release in a cluster, on a real engine", function () {
  this.timeout(600_000);
  let folder: string;
  let plane: ControlPlane;
  let nodes: SimulatedNodes;
  let apps: AppsV1Api;
  let core: CoreV1Api;
  let stack: Stack;
  let wanted: { readonly image: string; readonly labels: Readonly<Record<string, string>> };

  before(async function () {
    if (!onPath(this, "pulumi")) return;
    folder = mkdtempSync(join(tmpdir(), "ape-engine-"));
    stack = await LocalWorkspace.createStack(
      { stackName: "release", projectName: "ape-release", program: () => Promise.resolve(release()) },
      {
        envVars: {
          PULUMI_BACKEND_URL: `file://${folder}`,
          PULUMI_CONFIG_PASSPHRASE: "for this test only",
          PULUMI_DEBUG_PROVIDERS: "", // providers that others attach are no cluster
        },
      },
    );
    if (!(await stack.workspace.listPlugins()).some(({ name, kind }) => name === "kubernetes" && kind === "resource")) {
      console.log("      skipped: Pulumi's kubernetes plugin is not installed");
      this.skip();
    }
    plane = await ControlPlane.start(this);
    const config = new KubeConfig();
    config.loadFromString(plane.kubeconfig);
    apps = config.makeApiClient(AppsV1Api);
    core = config.makeApiClient(CoreV1Api);
    await core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
    await core.createNamespacedServiceAccount({ namespace: NAMESPACE, body: { metadata: { name: NAME } } });
    nodes = new SimulatedNodes(core, NAMESPACE, (of) => READY_AFTER_MS[of] ?? 0);
  });
  after(async () => {
    nodes?.stop();
    await plane?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it("is waited for", async () => {
    await up("1.0.0", { team: "ape" });
    assert.equal(await serving(), image("1.0.0"));
  });

  it("that needs longer than the provider waits is tried again, and served", async () => {
    await up("slow", { team: "ape" });
    assert.equal(await serving(), image("slow"));
    await stack.up(); // the engine remembers the first failure, and looks once more
    assert.deepEqual((await stack.up()).summary.resourceChanges, { same: 3 });
  });

  it("that is broken fails the update, and the old one is back, with the same pods", async () => {
    await up("1.0.1", { team: "ape" });
    const before = await readyPods(core, NAMESPACE);
    await assert.rejects(up("broken"), /ape-api.*timed out/);
    assert.equal(await serving(), image("1.0.1"));
    assert.deepEqual(await readyPods(core, NAMESPACE), before);
  });

  it("that is broken still fails when it is tried again", async () => {
    await assert.rejects(up("broken"), /ape-api.*timed out/);
    assert.equal(await serving(), image("1.0.1"));
  });

  it("that follows has nothing of the one that went back", async () => {
    await up("1.1.0");
    assert.equal(await serving(), image("1.1.0"));
    const { metadata } = (await live()).spec!.template;
    assert.deepEqual(metadata!.labels, APP);
  });

  /** The program: the API's deployment as it is, but impatient. */
  function release(): void {
    const provider = new k8s.Provider("cluster", { kubeconfig: plane.kubeconfig });
    deployment(
      "api",
      {
        image: wanted.image,
        labels: wanted.labels,
        kubeconfig: pulumi.secret(plane.kubeconfig),
        requests: API_CONTAINER.requests,
        limits: API_CONTAINER.limits,
      },
      { name: NAME, namespace: NAMESPACE, labels: APP },
      {
        settings: { name: "settings", variables: [] },
        credentials: { name: "credentials", variables: [] },
        account: NAME,
      },
      { provider, transforms: [impatient] },
    );
  }

  async function up(tag: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    wanted = { image: image(tag), labels };
    await stack.up();
  }

  const live = (): Promise<V1Deployment> => apps.readNamespacedDeployment({ name: NAME, namespace: NAMESPACE });

  /** The image of the newest revision, which all pods must be of. */
  async function serving(): Promise<string> {
    const { spec, status } = await live();
    assert.deepEqual([status?.availableReplicas, status?.updatedReplicas], [2, 2]);
    return spec!.template.spec!.containers[0]!.image!;
  }
});

function impatient({ props, opts }: pulumi.ResourceTransformArgs): pulumi.ResourceTransformResult {
  return {
    props: { ...props, spec: { ...(props as { spec: object }).spec, ...IMPATIENT } },
    opts: { ...opts, customTimeouts: TIMEOUTS },
  };
}
