import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StackAuthority } from "../pki/stack-authority";

/** A container's share of its node: memory in GiB, CPUs in cores. */
export interface ContainerResources {
  readonly memGiB: number;
  readonly cpus: number;
}

/** Where pods find the stores. User names and passwords come from the secret beside it. */
export interface PodBackends {
  readonly timescaledbWriter: string;
  readonly timescaledbReader: string;
  /** Writer and reader of each shard; of one when symbols are not spread. */
  readonly timescaledbShards: readonly { readonly writer: string; readonly reader: string }[];
  readonly neo4jUri: string;
  readonly neo4jMembers: readonly string[];
  readonly redisSentinels: readonly string[];
  readonly redisMasterName: string;
  readonly redisUrl: string;
  readonly redisCluster: readonly string[];
}

export interface KubernetesApiArgs {
  /** Credentials of an existing cluster; a secret. */
  readonly kubeconfig: pulumi.Input<string>;
  readonly namespace: string;
  readonly image: string;
  readonly workersPerContainer: number;
  readonly requests: ContainerResources;
  readonly limits: ContainerResources;
  readonly autoscaling: {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly cpuPercent: number;
    readonly memoryPercent: number;
  };
  readonly backends: PodBackends;
  /** Secret values by environment variable. */
  readonly credentials: Readonly<Record<string, pulumi.Input<string>>>;
  readonly authority: StackAuthority;
  /** Public name; empty: reachable within the cluster only. */
  readonly domain: string;
  readonly labels: Readonly<Record<string, string>>;
}

const PORT = 8000;
const CA_FOLDER = "/etc/ape";
const APP = { "app.kubernetes.io/name": "ape-api" };

/** The API on an existing Kubernetes cluster: deployment, service, autoscaler and disruption budget. */
export class KubernetesApi extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:api:KubernetesApi";
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: KubernetesApiArgs, opts: pulumi.ComponentResourceOptions) {
    super(
      KubernetesApi.__pulumiType,
      name,
      { namespace: args.namespace, image: args.image, domain: args.domain },
      opts,
    );
    const provider = new k8s.Provider("kubernetes", { kubeconfig: args.kubeconfig }, { parent: this });
    const within = { parent: this, provider };
    const metadata = { name: "ape-api", namespace: args.namespace, labels: { ...args.labels, ...APP } };
    const namespace = new k8s.core.v1.Namespace(
      name,
      { metadata: { name: args.namespace, labels: { ...args.labels } } },
      within,
    );
    const inNamespace = { ...within, dependsOn: namespace };
    const environment = new k8s.core.v1.ConfigMap(
      name,
      { metadata, data: { ...configuration(args), "ca.crt": args.authority.certificate } },
      inNamespace,
    );
    const credentials = new k8s.core.v1.Secret(name, { metadata, stringData: { ...args.credentials } }, inNamespace);
    const account = new k8s.core.v1.ServiceAccount(
      name,
      { metadata, automountServiceAccountToken: false },
      inNamespace,
    );
    const deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata,
        spec: {
          // The autoscaler owns the number of replicas.
          selector: { matchLabels: APP },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          template: {
            metadata: { labels: { ...args.labels, ...APP } },
            spec: podSpec(args, {
              environment: environment.metadata.name,
              credentials: credentials.metadata.name,
              account: account.metadata.name,
            }),
          },
        },
      },
      inNamespace,
    );
    const service = new k8s.core.v1.Service(
      name,
      { metadata, spec: { type: "ClusterIP", selector: APP, ports: [{ name: "http", port: 80, targetPort: "http" }] } },
      inNamespace,
    );
    this.keepAvailable(name, args, metadata, deployment, inNamespace);
    this.url =
      args.domain === ""
        ? pulumi.output(`http://ape-api.${args.namespace}.svc`)
        : this.publish(name, args, metadata, service, inNamespace);
    this.registerOutputs({ url: this.url });
  }

  private keepAvailable(
    name: string,
    args: KubernetesApiArgs,
    metadata: { name: string; namespace: string },
    deployment: k8s.apps.v1.Deployment,
    opts: pulumi.CustomResourceOptions,
  ): void {
    const { minReplicas, maxReplicas, cpuPercent, memoryPercent } = args.autoscaling;
    const utilization = (resource: string, averageUtilization: number): k8s.types.input.autoscaling.v2.MetricSpec => ({
      type: "Resource",
      resource: { name: resource, target: { type: "Utilization", averageUtilization } },
    });
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(
      name,
      {
        metadata,
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name },
          minReplicas,
          maxReplicas,
          metrics: [utilization("cpu", cpuPercent), utilization("memory", memoryPercent)],
          // Up at once, down slowly: a quiet minute is no reason to let go.
          behavior: {
            scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] },
          },
        },
      },
      opts,
    );
    new k8s.policy.v1.PodDisruptionBudget(
      name,
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: APP } } },
      opts,
    );
  }

  private publish(
    name: string,
    args: KubernetesApiArgs,
    metadata: { name: string; namespace: string },
    service: k8s.core.v1.Service,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Output<string> {
    const issued = args.authority.issue({ name: "load-balancer", dnsNames: [args.domain], addresses: [] });
    const tls = new k8s.core.v1.Secret(
      `${name}-tls`,
      {
        metadata: { ...metadata, name: "ape-api-tls" },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": issued.certificate, "tls.key": issued.key },
      },
      opts,
    );
    new k8s.networking.v1.Ingress(
      name,
      {
        metadata,
        spec: {
          tls: [{ hosts: [args.domain], secretName: tls.metadata.name }],
          rules: [
            {
              host: args.domain,
              http: {
                paths: [
                  {
                    path: "/",
                    pathType: "Prefix",
                    backend: { service: { name: service.metadata.name, port: { name: "http" } } },
                  },
                ],
              },
            },
          ],
        },
      },
      opts,
    );
    return pulumi.output(`https://${args.domain}`);
  }
}

function configuration(args: KubernetesApiArgs): Record<string, string> {
  const { backends } = args;
  const tls = `sslrootcert=${CA_FOLDER}/ca.crt`;
  return {
    PORT: String(PORT),
    WEB_CONCURRENCY: String(args.workersPerContainer),
    DATABASE_URL: `${backends.timescaledbWriter}&${tls}`,
    DATABASE_READER_URL: `${backends.timescaledbReader}&${tls}`,
    ...(backends.timescaledbShards.length === 1
      ? {}
      : {
          DATABASE_SHARD_URLS: backends.timescaledbShards.map(({ writer }) => `${writer}&${tls}`).join(" "),
          DATABASE_SHARD_READER_URLS: backends.timescaledbShards.map(({ reader }) => `${reader}&${tls}`).join(" "),
        }),
    NEO4J_URI: backends.neo4jUri,
    NEO4J_MEMBERS: backends.neo4jMembers.join(","),
    ...(backends.redisUrl === "" ? {} : { REDIS_URL: backends.redisUrl }),
    ...(backends.redisCluster.length === 0 ? {} : { REDIS_CLUSTER: backends.redisCluster.join(",") }),
    ...(backends.redisMasterName === ""
      ? {}
      : { REDIS_SENTINELS: backends.redisSentinels.join(","), REDIS_MASTER_NAME: backends.redisMasterName }),
    CA_FILE: `${CA_FOLDER}/ca.crt`,
  };
}

function podSpec(
  args: KubernetesApiArgs,
  names: { environment: pulumi.Input<string>; credentials: pulumi.Input<string>; account: pulumi.Input<string> },
): k8s.types.input.core.v1.PodSpec {
  const probe = (path: string): k8s.types.input.core.v1.Probe => ({
    httpGet: { path, port: "http" },
    periodSeconds: 5,
    timeoutSeconds: 2,
  });
  return {
    serviceAccountName: names.account,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 60,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: APP },
      },
    ],
    containers: [
      {
        name: "api",
        image: args.image,
        ports: [{ name: "http", containerPort: PORT }],
        envFrom: [{ configMapRef: { name: names.environment } }, { secretRef: { name: names.credentials } }],
        resources: { requests: quantities(args.requests), limits: quantities(args.limits) },
        startupProbe: { ...probe("/health"), failureThreshold: 30 },
        livenessProbe: { ...probe("/health"), failureThreshold: 3 },
        readinessProbe: { ...probe("/ready"), failureThreshold: 2 },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
          { name: "ca", mountPath: CA_FOLDER, readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "ca", configMap: { name: names.environment, items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { name: "tmp", emptyDir: {} },
    ],
  };
}

/** Kubernetes' way of writing it: whole MiB and millicores. */
function quantities({ memGiB, cpus }: ContainerResources): Record<string, string> {
  return {
    memory: Number.isInteger(memGiB) ? `${memGiB}Gi` : `${Math.round(memGiB * 1024)}Mi`,
    cpu: `${Math.round(cpus * 1000)}m`,
  };
}
