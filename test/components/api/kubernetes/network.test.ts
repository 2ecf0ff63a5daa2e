import assert from "node:assert/strict";
import { manifests, type Manifest, type Way } from "./manifests";

interface Rule {
  readonly from?: readonly object[];
  readonly to?: readonly object[];
  readonly ports: readonly { readonly port: number }[];
}
type Policy = Manifest & { readonly spec: { readonly ingress: readonly Rule[]; readonly egress: readonly Rule[] } };

async function policy(cloud: "aws" | "gcp", way: Way, values: Record<string, unknown> = {}): Promise<Policy> {
  return (await manifests("t1", cloud, way, values)).find(({ kind }) => kind === "NetworkPolicy") as Policy;
}

/** Each egress rule to addresses, for example "10.60.16.48/32 6432,8008". */
function towards({ spec }: Policy): string[] {
  return spec.egress.flatMap(({ to, ports }) =>
    to!.flatMap((peer) => {
      const { ipBlock } = peer as { ipBlock?: { cidr: string } };
      return ipBlock === undefined ? [] : [`${ipBlock.cidr} ${ports.map(({ port }) => port).join(",")}`];
    }),
  );
}

const namespace = (name: string): object => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

describe("the network policy of the API's pods", () => {
  it("admits only the Ingress controller and Prometheus on an existing cluster", async () => {
    const { spec } = await policy("aws", "an existing cluster");
    assert.deepEqual(
      spec.ingress.map(({ from, ports }) => [from, ports.map(({ port }) => port)]),
      [
        [[namespace("traefik")], [8000]],
        [[namespace("monitoring")], [8000]],
      ],
    );
  });

  it("admits every namespace when no controller is named, and no scraper when none is named", async () => {
    const values = { kubernetesIngressNamespaces: [], kubernetesScrapedFrom: [] };
    const { spec } = await policy("aws", "an existing cluster", values);
    assert.deepEqual(
      spec.ingress.map(({ from }) => from),
      [[{ namespaceSelector: {} }]],
    );
  });

  it("admits the load balancer's networks over TLS on a new cluster", async () => {
    const networks = async (cloud: "aws" | "gcp"): Promise<unknown> => {
      const [requests] = (await policy(cloud, "a new cluster")).spec.ingress;
      return [requests!.from, requests!.ports.map(({ port }) => port)];
    };
    const blocks = (...cidrs: string[]): object[] => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
    assert.deepEqual(await networks("aws"), [blocks("10.60.0.0/24", "10.60.1.0/24", "10.60.2.0/24"), [8443]]);
    assert.deepEqual(await networks("gcp"), [blocks("130.211.0.0/22", "35.191.0.0/16"), [8443]]);
  });

  it("allows DNS, the data services at their addresses and ports, and the internet over TLS", async () => {
    assert.deepEqual(towards(await policy("aws", "an existing cluster")), [
      "169.254.0.0/16 53,53",
      "10.60.16.48/32 6432,8008",
      "10.60.17.49/32 6432,8008",
      "10.60.16.80/32 7687,7473",
      "10.60.17.81/32 7687,7473",
      "10.60.18.82/32 7687,7473",
      "10.60.16.112/32 6379,26379",
      "10.60.17.113/32 6379,26379",
      "10.60.18.114/32 6379,26379",
      "0.0.0.0/0 443",
    ]);
  });

  it("allows the cloud's identity endpoint only when pods are bound to an identity", async () => {
    const identity = async (...args: Parameters<typeof policy>): Promise<string[]> =>
      towards(await policy(...args)).filter((each) => each.startsWith("169.254.") && !each.endsWith("53"));
    assert.deepEqual(await identity("aws", "a new cluster"), ["169.254.170.23/32 80"]);
    assert.deepEqual(await identity("gcp", "a new cluster"), ["169.254.169.252/32 988", "169.254.169.254/32 80"]);
    assert.deepEqual(await identity("gcp", "an existing cluster"), []);
    const bound = { "iam.gke.io/gcp-service-account": "ape@example.iam.gserviceaccount.com" };
    assert.equal(
      (await identity("gcp", "an existing cluster", { kubernetesServiceAccountAnnotations: bound })).length,
      2,
    );
  });
});
