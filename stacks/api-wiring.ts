import type * as pulumi from "@pulumi/pulumi";
import { Api, type PublicArgs } from "../components/api/api";
import type { Destination, KubernetesApiArgs } from "../components/api/kubernetes/args";
import { NODE_PORT } from "../components/api/kubernetes/cluster";
import { NAME as SERVICE_ACCOUNT } from "../components/api/kubernetes/names";
import { RELEASE_KEY } from "../components/api/release";
import { addressOf, type Placed } from "../components/model/role";
import { storedResources, type DataService } from "../components/node/data-service";
import type { NodeContext } from "../components/node/node-context";
import { startNodes } from "../components/node/start-nodes";
import type { Node, Platform } from "../components/platform/platform";
import type { ExistingCluster, NewCluster } from "./config/spec";
import { stackLabels } from "./labels";
import { API_SECRETS, apiBackends, type StackPlan } from "./plan";
import { API_CONTAINER, AUTOSCALING } from "./tiers";

/** What the API of a stack is deployed with. */
interface ApiWiring {
  readonly plan: StackPlan;
  readonly platform: Platform;
  readonly nodeContext: NodeContext;
  /** The data services that the API connects to. */
  readonly stores: readonly DataService[];
  /** Credentials of an existing Kubernetes cluster. Required when the API runs in one. */
  readonly kubeconfig?: pulumi.Output<string>;
  readonly parent: pulumi.Resource;
}

/**
 * Deploys the API where the spec places it and returns its URL. Nodes that the data services share are started here too:
 * they must not boot before the API's release is stored.
 */
export async function deployApi(wiring: ApiWiring): Promise<pulumi.Output<string>> {
  const { plan, stores } = wiring;
  const stored = stores.flatMap((store) => storedResources(store.secrets));
  if (plan.spec.api.kubernetes === undefined) {
    return onNodes(wiring, stored);
  }
  startSharedNodes(wiring, stored);
  return plan.cluster === undefined ? onExistingCluster(wiring) : onNewCluster(wiring, stored);
}

function onNodes(wiring: ApiWiring, stored: readonly pulumi.Resource[]): pulumi.Output<string> {
  const { plan, platform, nodeContext, parent } = wiring;
  const { image, spotPercent } = plan.spec.api;
  const release = platform.object(nodeContext.bootstrap, RELEASE_KEY, image, "api-release", { parent });
  const readAtBoot = [...stored, release];
  const shared = startSharedNodes(wiring, readAtBoot);
  const on =
    plan.apiGroup === undefined
      ? { nodes: shared }
      : {
          group: plan.apiGroup,
          targetCpuPercent: AUTOSCALING.targetCpuPercent,
          spotPercent,
          after: [nodeContext.gates.nodesServe(parent)],
        };
  return new Api("api", { ...nodeContext, ...publicArgs(plan), on, after: readAtBoot }, { parent }).url;
}

/** How clients reach the API through the stack's load balancer. */
function publicArgs({ spec }: StackPlan): PublicArgs {
  const { domain, certificate, dnsZone } = spec.api;
  return { domain, certificate, dnsZone, clientCidrs: spec.allowedClientCidrs };
}

/** Starts the nodes that several services share, after what they read at boot. None when placement is dedicated. */
function startSharedNodes({ plan, nodeContext, stores, parent }: ApiWiring, after: readonly pulumi.Resource[]): Node[] {
  if (plan.spec.placement !== "packed") {
    return [];
  }
  const disks = new Map(stores.flatMap((store) => [...store.disks]));
  return startNodes(nodeContext, plan.nodes, disks, after, parent);
}

async function onExistingCluster(wiring: ApiWiring): Promise<pulumi.Output<string>> {
  const { KubernetesApi } = await import("../components/api/kubernetes/kubernetes");
  const { plan, nodeContext, kubeconfig, parent } = wiring;
  const cluster = plan.spec.api.kubernetes!.cluster as ExistingCluster;
  const args: KubernetesApiArgs = {
    ...workload(wiring),
    kubeconfig: kubeconfig!,
    entry: { kind: "ingress", className: cluster.ingressClass, from: cluster.ingressNamespaces },
    serviceAccountAnnotations: cluster.serviceAccountAnnotations,
  };
  return new KubernetesApi("api", args, { parent, dependsOn: nodeContext.gates.nodesServe(parent) }).url;
}

async function onNewCluster(wiring: ApiWiring, stored: readonly pulumi.Resource[]): Promise<pulumi.Output<string>> {
  const { KubernetesApi } = await import("../components/api/kubernetes/kubernetes");
  const { plan, platform, nodeContext, parent } = wiring;
  const { machine, nodes } = plan.cluster!;
  const { namespace, cluster: requested } = plan.spec.api.kubernetes!;
  const { version, operatorCidrs } = requested as NewCluster;
  const cluster = platform.cluster(
    {
      name: "api",
      version,
      machine,
      nodes,
      servingPort: NODE_PORT,
      operatorCidrs,
      account: { namespace, name: SERVICE_ACCOUNT, secrets: Object.values(API_SECRETS) },
    },
    nodeContext.network,
    { parent, dependsOn: [...stored] },
  );
  const args: KubernetesApiArgs = {
    ...workload(wiring),
    kubeconfig: cluster.kubeconfig,
    entry: { kind: "nodePort", port: NODE_PORT, from: platform.balancerCidrs(plan.spec.networkCidr) },
    serviceAccountAnnotations: cluster.serviceAccountAnnotations,
  };
  const pods = new KubernetesApi("api", args, { parent, dependsOn: nodeContext.gates.nodesServe(parent) });
  const on = { cluster: cluster.nodes, port: NODE_PORT };
  return new Api("api", { ...nodeContext, ...publicArgs(plan), on, after: [pods] }, { parent }).url;
}

/** The part of a Kubernetes deployment that is the same in an existing and a new cluster. */
function workload({
  plan,
  nodeContext,
  stores,
}: ApiWiring): Omit<KubernetesApiArgs, "kubeconfig" | "entry" | "serviceAccountAnnotations"> {
  const { spec, endpoints, placed } = plan;
  const stored = new Map(stores.flatMap((store) => [...store.secrets]));
  const { namespace, scrapedFrom } = spec.api.kubernetes!;
  return {
    cloud: spec.cloud,
    namespace,
    scrapedFrom,
    image: spec.api.image,
    workersPerContainer: spec.api.workersPerContainer,
    ...API_CONTAINER,
    autoscaling: {
      minReplicas: AUTOSCALING.minContainers,
      maxReplicas: AUTOSCALING.maxContainers,
      cpuPercent: AUTOSCALING.targetCpuPercent,
      memoryPercent: AUTOSCALING.targetMemoryPercent,
    },
    backends: apiBackends(endpoints),
    destinations: destinations(placed),
    secretField: (secret, field) => stored.get(secret)!.fields[field]!,
    authority: nodeContext.authority,
    domain: spec.api.domain,
    labels: stackLabels(spec),
  };
}

/** Hosts and ports that the API connects to, derived from the ports that data services open to it. */
function destinations(placed: readonly Placed[]): Destination[] {
  return placed
    .map((each) => ({
      address: addressOf(each),
      ports: each.role.listens.filter(({ from }) => from.includes("api")).map(({ port }) => port),
    }))
    .filter(({ ports }) => ports.length > 0);
}
