import type * as pulumi from "@pulumi/pulumi";
import { DataService, type DataServiceArgs } from "../node/data-service";
import { REDIS_SECRETS } from "./secrets";

/** Redis' credentials, data disks and, with dedicated placement, nodes. plan.ts plans what runs on them. */
export class Redis extends DataService {
  static readonly __pulumiType = "ape:redis:Redis";

  constructor(name: string, args: Omit<DataServiceArgs, "secrets">, opts: pulumi.ComponentResourceOptions) {
    super(Redis.__pulumiType, name, { ...args, secrets: REDIS_SECRETS }, opts);
  }
}
