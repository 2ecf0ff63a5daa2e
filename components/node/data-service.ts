import * as pulumi from "@pulumi/pulumi";
import type { Disk, Node } from "../platform/platform";
import type { SecretPlan } from "../model/secrets";
import type { NodeContext } from "./node-context";
import type { NodePlan } from "./placement";
import { startNodes } from "./start-nodes";
import type { Placed } from "../model/role";
import { storeSecret, type StoredSecret } from "./secrets";

export interface DataServiceArgs extends NodeContext {
  /** The service's roles, placed. */
  readonly roles: readonly Placed[];
  /** The service's nodes. Empty if it shares nodes with other services. */
  readonly nodes: readonly NodePlan[];
  readonly secrets: readonly SecretPlan[];
}

/**
 * The base of TimescaleDB, Neo4j and Redis: credentials, data disks and, with dedicated placement, nodes.
 * Disks and their attachments belong to the service, not to a node, so that disks can move between nodes.
 */
export abstract class DataService extends pulumi.ComponentResource {
  /** By secret name. */
  readonly secrets: ReadonlyMap<string, StoredSecret>;
  /** By role name. */
  readonly disks: ReadonlyMap<string, Disk>;
  readonly nodes: readonly Node[];

  protected constructor(type: string, name: string, args: DataServiceArgs, opts: pulumi.ComponentResourceOptions) {
    super(type, name, { members: args.roles.map(({ role }) => role.name), dedicatedNodes: args.nodes.length }, opts);
    const within = { parent: this };
    this.secrets = new Map(args.secrets.map((plan) => [plan.name, storeSecret(args.platform, plan, within)]));
    this.disks = new Map(
      args.roles.flatMap(({ role }) =>
        role.disk === undefined
          ? []
          : [
              [
                role.name,
                args.platform.disk(
                  { name: role.name, service: role.service, zone: role.zone, sizeGiB: role.disk.sizeGiB },
                  within,
                ),
              ] as const,
            ],
      ),
    );
    this.nodes = startNodes(args, args.nodes, this.disks, storedResources(this.secrets), this);
    this.registerOutputs({ members: args.roles.map(({ role }) => role.name) });
  }
}

/** The resources on which a node that reads these secrets depends. */
export function storedResources(secrets: ReadonlyMap<string, StoredSecret>): pulumi.Resource[] {
  return [...secrets.values()].map(({ resource }) => resource);
}
