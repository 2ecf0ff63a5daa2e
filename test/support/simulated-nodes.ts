import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";

const TICK_MS = 300;

/** Simulates the nodes of a control plane without nodes: marks pods ready after a delay and removes terminated pods. */
export class SimulatedNodes {
  private readonly timer: NodeJS.Timeout;

  /** @param readyAfterMs milliseconds from a pod's creation to its readiness, by image; Infinity means never */
  constructor(
    private readonly core: CoreV1Api,
    private readonly namespace: string,
    private readonly readyAfterMs: (image: string) => number,
  ) {
    this.timer = setInterval(() => void this.tick().catch((e) => console.log(String(e).slice(0, 600))), TICK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async tick(): Promise<void> {
    const { items } = await this.core.listNamespacedPod({ namespace: this.namespace });
    for (const pod of items) {
      const which = { name: pod.metadata!.name!, namespace: this.namespace };
      if (pod.metadata!.deletionTimestamp !== undefined) {
        await this.core.deleteNamespacedPod({ ...which, gracePeriodSeconds: 0 });
      } else if (pod.status?.phase !== "Running" && this.isDue(pod)) {
        await this.core.replaceNamespacedPodStatus({ ...which, body: running(pod) });
      }
    }
  }

  private isDue({ metadata, spec }: V1Pod): boolean {
    return Date.now() - metadata!.creationTimestamp!.getTime() >= this.readyAfterMs(spec!.containers[0]!.image!);
  }
}

function running({ metadata, spec, status }: V1Pod): V1Pod {
  const ready = { type: "Ready", status: "True", lastTransitionTime: new Date() };
  return { metadata, spec, status: { ...status, phase: "Running", conditions: [ready] } };
}

/** Names of ready pods, sorted. */
export async function readyPods(core: CoreV1Api, namespace: string): Promise<string[]> {
  const { items } = await core.listNamespacedPod({ namespace });
  return items
    .filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"))
    .map(({ metadata }) => metadata!.name!)
    .sort();
}
