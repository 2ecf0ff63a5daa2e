import * as compute from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import { bootImage } from "../../model/naming";
import { dependencies } from "../options";
import type { Group, GroupSpec, StackContext } from "../platform";
import { identity, type Holdings } from "./identity";
import { labels, labelValue } from "./labels";
import type { GcpNetwork } from "./network";
import { DISK_TYPE, metadata, ON_DEMAND, ROOT_DISK_GIB, SHIELDED } from "./node";

/** Grace period of the health check for a new member, seconds: boot, packages, containers. */
const GRACE_SECONDS = 600;
/** Seconds before a new member's load counts for autoscaling. */
const COOLDOWN_SECONDS = 300;

/** Minimum members: with none there is no load to measure, so autoscaling would never start the first. */
const MIN_SPOT_NODES = 1;

/** Named port that members serve on. */
export const SERVING_PORT = "https";

/** A load balancer backend: instance groups, whether the stack or GKE manages them. */
export interface GcpBackend extends Group {
  readonly instanceGroups: readonly pulumi.Output<string>[];
}

/**
 * Regional managed instance groups across the zones. Their members are identical and stateless. A group is either on demand
 * or spot, so with spot capacity a second group takes its share of what autoscaling adds.
 */
export class GcpGroup extends pulumi.ComponentResource implements GcpBackend {
  static readonly __pulumiType = "ape:platform:Group";
  readonly resource = this;
  readonly instanceGroups: readonly pulumi.Output<string>[];

  constructor(
    private readonly context: StackContext,
    holdings: Holdings,
    private readonly spec: GroupSpec,
    private readonly network: GcpNetwork,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(
      GcpGroup.__pulumiType,
      spec.name,
      { machine: spec.machine.name, minNodes: spec.minNodes, maxNodes: spec.maxNodes },
      opts,
    );
    const { email, ready } = identity(context, holdings, spec, { parent: this });
    const health = new compute.HealthCheck(
      `${spec.name}-healing`,
      {
        checkIntervalSec: 30,
        timeoutSec: 10,
        unhealthyThreshold: 3,
        httpsHealthCheck: { port: spec.health.port, requestPath: spec.health.path },
      },
      { parent: this },
    );
    const after = [...network.ready, ...ready, ...dependencies(opts)];
    const spot = Math.round(((spec.maxNodes - spec.minNodes) * spec.spotPercent) / 100);
    const managers = [
      this.manager(
        spec.name,
        { minNodes: spec.minNodes, maxNodes: spec.maxNodes - spot, spot: false },
        email,
        health,
        after,
      ),
      ...(spot === 0
        ? []
        : [
            this.manager(
              `${spec.name}-spot`,
              { minNodes: MIN_SPOT_NODES, maxNodes: spot, spot: true },
              email,
              health,
              after,
            ),
          ]),
    ];
    this.instanceGroups = managers.map((manager) => manager.instanceGroup);
    this.registerOutputs({ machine: spec.machine.name, minNodes: spec.minNodes, maxNodes: spec.maxNodes });
  }

  private manager(
    name: string,
    bounds: { minNodes: number; maxNodes: number; spot: boolean },
    email: pulumi.Output<string>,
    health: compute.HealthCheck,
    after: pulumi.Resource[],
  ): compute.RegionInstanceGroupManager {
    const { context, spec, network } = this;
    const manager = new compute.RegionInstanceGroupManager(
      name,
      {
        region: context.region,
        baseInstanceName: name,
        distributionPolicyZones: [...network.zones],
        versions: [{ instanceTemplate: this.template(name, bounds.spot, email).selfLinkUnique }],
        namedPorts: [{ name: SERVING_PORT, port: spec.health.port }],
        autoHealingPolicies: { healthCheck: health.id, initialDelaySec: GRACE_SECONDS },
        updatePolicy: {
          type: "PROACTIVE",
          minimalAction: "REPLACE",
          replacementMethod: "SUBSTITUTE",
          // A regional group replaces at least one member per zone at a time.
          maxSurgeFixed: network.zones.length,
          maxUnavailableFixed: 0,
        },
      },
      { parent: this, dependsOn: after },
    );
    new compute.RegionAutoscaler(
      name,
      {
        region: context.region,
        target: manager.id,
        autoscalingPolicy: {
          minReplicas: bounds.minNodes,
          maxReplicas: bounds.maxNodes,
          cooldownPeriod: COOLDOWN_SECONDS,
          cpuUtilization: { target: spec.targetCpuPercent / 100 },
        },
      },
      { parent: this },
    );
    return manager;
  }

  private template(name: string, spot: boolean, email: pulumi.Output<string>): compute.InstanceTemplate {
    const { context, spec, network } = this;
    const memberLabels = { ...labels(context, name), service: labelValue(spec.services.join("_")) };
    return new compute.InstanceTemplate(
      name,
      {
        machineType: spec.machine.name,
        region: context.region,
        canIpForward: false,
        disks: [
          {
            boot: true,
            autoDelete: true,
            sourceImage: bootImage(context),
            diskSizeGb: ROOT_DISK_GIB,
            diskType: DISK_TYPE,
            labels: memberLabels,
            ...(context.kmsKey === "" ? {} : { diskEncryptionKey: { kmsKeySelfLink: context.kmsKey } }),
          },
        ],
        networkInterfaces: [{ subnetwork: network.api.id }],
        serviceAccount: { email, scopes: ["cloud-platform"] },
        shieldedInstanceConfig: SHIELDED,
        metadata: { ...metadata(spec.userData), "ape-bootstrap": spec.bootstrap },
        scheduling: spot
          ? {
              provisioningModel: "SPOT",
              preemptible: true,
              automaticRestart: false,
              onHostMaintenance: "TERMINATE",
              instanceTerminationAction: "STOP",
            }
          : ON_DEMAND,
        tags: network.tagsOf(spec.services),
        labels: memberLabels,
      },
      { parent: this },
    );
  }
}
