import { Provider } from "@pulumi/gcp/provider";
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import type {
  Backend,
  Balancer,
  BalancerSpec,
  Bucket,
  BucketSpec,
  BudgetSpec,
  Cluster,
  ClusterSpec,
  Disk,
  DiskSpec,
  Group,
  GroupSpec,
  Network,
  NetworkSpec,
  Node,
  NodeSpec,
  ObjectStore,
  Platform,
  Secret,
  SecretSpec,
  ServerCertificate,
  StackContext,
} from "../platform";
import { GcpBalancer } from "./balancer";
import { gcpBudget } from "./budget";
import { GcpBucket } from "./bucket";
import { GcpCluster } from "./cluster";
import { LOAD_BALANCER_RANGES } from "./flows";
import { GcpGroup } from "./group";
import { GcpNetwork } from "./network";
import { GcpDisk, GcpNode } from "./node";
import { GcsObjects } from "./objects";
import { GcpSecret } from "./secret";

const ACCESS_LOG_DAYS = 90;

/**
 * The stack on Google Cloud. Data is encrypted with Google's keys unless the config names one: a key that the stack creates
 * would first need grants for Google's service agents, which only a project administrator can give.
 */
export class GcpPlatform implements Platform {
  readonly provider: Provider;
  readonly secrets = new Map<string, GcpSecret>();
  readonly buckets = new Map<string, GcpBucket>();
  private logs!: GcpBucket;

  constructor(readonly context: StackContext) {
    this.provider = new Provider("gcp", {
      region: context.region,
      ...(context.account === "" ? {} : { project: context.account }),
    });
  }

  foundation(opts: pulumi.ComponentResourceOptions): void {
    this.logs = new GcpBucket(
      "logs",
      this.context,
      { name: "logs", keep: false, noncurrentDays: 1, expireDays: ACCESS_LOG_DAYS },
      opts,
    );
    new storage.BucketIAMMember(
      "logs",
      {
        bucket: this.logs.bucket.name,
        role: "roles/storage.objectCreator",
        member: "group:cloud-storage-analytics@google.com", // the writer of access logs
      },
      { parent: this.logs },
    );
  }

  network(spec: NetworkSpec, opts: pulumi.ComponentResourceOptions): Network {
    return new GcpNetwork(this.context, spec, opts);
  }

  disk(spec: DiskSpec, opts: pulumi.CustomResourceOptions): Disk {
    return new GcpDisk(this.context, spec, opts);
  }

  node(spec: NodeSpec, on: Network, opts: pulumi.ComponentResourceOptions): Node {
    return new GcpNode(this.context, this, spec, on as GcpNetwork, opts);
  }

  scalingGroup(spec: GroupSpec, on: Network, opts: pulumi.ComponentResourceOptions): Group {
    return new GcpGroup(this.context, this, spec, on as GcpNetwork, opts);
  }

  cluster(spec: ClusterSpec, on: Network, opts: pulumi.ComponentResourceOptions): Cluster {
    return new GcpCluster(this.context, this, spec, on as GcpNetwork, opts);
  }

  balancerCidrs(): readonly string[] {
    return LOAD_BALANCER_RANGES;
  }

  loadBalancer(
    spec: BalancerSpec,
    _on: Network,
    own: ServerCertificate,
    backend: Backend,
    opts: pulumi.ComponentResourceOptions,
  ): Balancer {
    return new GcpBalancer(this.context, spec, own, backend, opts);
  }

  bucket(spec: BucketSpec, opts: pulumi.ComponentResourceOptions): Bucket {
    const bucket = new GcpBucket(spec.name, this.context, { ...spec, logs: this.logs }, opts);
    this.buckets.set(spec.name, bucket);
    return bucket;
  }

  object(
    bucket: Bucket,
    key: string,
    content: string,
    name: string,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource {
    const { bucket: resource } = bucket as GcpBucket;
    return new storage.BucketObject(
      name,
      { bucket: resource.name, name: key, content, contentType: "text/plain" },
      // New content replaces the resource under the same key: deleting the old one last would delete the new object.
      pulumi.mergeOptions(opts, { deleteBeforeReplace: true }),
    );
  }

  objects(bucket: Bucket): ObjectStore {
    return new GcsObjects(bucket.name);
  }

  budget(spec: BudgetSpec, opts: pulumi.CustomResourceOptions): void {
    gcpBudget(this.context, spec, opts);
  }

  secret(spec: SecretSpec, value: pulumi.Input<string>, opts: pulumi.CustomResourceOptions): Secret {
    const secret = new GcpSecret(this.context, spec, value, opts);
    this.secrets.set(spec.name, secret);
    return secret;
  }
}
