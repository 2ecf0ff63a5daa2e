import { Provider } from "@pulumi/aws/provider";
import * as s3 from "@pulumi/aws/s3";
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
import { publicCidrs } from "../../model/addresses";
import { AwsBalancer } from "./balancer";
import { awsBudget } from "./budget";
import { AwsBucket, logDelivery } from "./bucket";
import { AwsCluster } from "./cluster";
import { encryptionKey, type EncryptionKey } from "./encryption";
import { AwsGroup } from "./group";
import { AwsNetwork } from "./network";
import { AwsDisk, AwsNode } from "./node";
import { S3Objects } from "./objects";
import { AwsSecret } from "./secret";

const ACCESS_LOG_DAYS = 90;

/** The stack on Amazon Web Services. */
export class AwsPlatform implements Platform {
  readonly provider: Provider;
  private key!: EncryptionKey;
  private logs!: AwsBucket;

  constructor(readonly context: StackContext) {
    this.provider = new Provider("aws", {
      region: context.region as never,
      ...(context.account === "" ? {} : { allowedAccountIds: [context.account] }),
    });
  }

  foundation(opts: pulumi.ComponentResourceOptions): void {
    this.key = encryptionKey(this.context, opts);
    this.logs = new AwsBucket(
      "logs",
      this.context,
      { name: "logs", keep: false, noncurrentDays: 1, expireDays: ACCESS_LOG_DAYS, statements: logDelivery },
      opts,
    );
  }

  network(spec: NetworkSpec, opts: pulumi.ComponentResourceOptions): Network {
    return new AwsNetwork(this.context, spec, opts);
  }

  disk(spec: DiskSpec, opts: pulumi.CustomResourceOptions): Disk {
    return new AwsDisk(this.context, this.key, spec, opts);
  }

  node(spec: NodeSpec, on: Network, opts: pulumi.ComponentResourceOptions): Node {
    return new AwsNode(this.context, this.key, spec, on as AwsNetwork, opts);
  }

  scalingGroup(spec: GroupSpec, on: Network, opts: pulumi.ComponentResourceOptions): Group {
    return new AwsGroup(this.context, this.key, spec, on as AwsNetwork, opts);
  }

  cluster(spec: ClusterSpec, on: Network, opts: pulumi.ComponentResourceOptions): Cluster {
    return new AwsCluster(this.context, this.key, spec, on as AwsNetwork, opts);
  }

  /** The public subnets, where the load balancer is. */
  balancerCidrs(networkCidr: string): string[] {
    return publicCidrs(networkCidr, this.context.zones.length);
  }

  loadBalancer(
    spec: BalancerSpec,
    on: Network,
    own: ServerCertificate,
    backend: Backend,
    opts: pulumi.ComponentResourceOptions,
  ): Balancer {
    return new AwsBalancer(this.context, spec, on as AwsNetwork, own, backend, this.logs, opts);
  }

  bucket(spec: BucketSpec, opts: pulumi.ComponentResourceOptions): Bucket {
    return new AwsBucket(spec.name, this.context, { ...spec, key: this.key, logs: this.logs }, opts);
  }

  object(
    bucket: Bucket,
    key: string,
    content: string,
    name: string,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource {
    const { policy } = bucket as AwsBucket;
    return new s3.BucketObjectv2(
      name,
      { bucket: bucket.name, key, content, contentType: "text/plain" },
      pulumi.mergeOptions(opts, { dependsOn: policy }),
    );
  }

  objects(bucket: Bucket): ObjectStore {
    return new S3Objects(this.context, bucket.name);
  }

  budget(spec: BudgetSpec, opts: pulumi.CustomResourceOptions): void {
    awsBudget(this.context, spec, opts);
  }

  secret(spec: SecretSpec, value: pulumi.Input<string>, opts: pulumi.CustomResourceOptions): Secret {
    return new AwsSecret(this.context, this.key, spec, value, opts);
  }
}
