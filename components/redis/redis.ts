import type * as pulumi from "@pulumi/pulumi";
import { DataService, type DataServiceArgs } from "../node/data-service";
import { REDIS_SECRETS } from "./secrets";

/** Redis: its credentials, its data disks and, when dedicated, its nodes. What runs on them is planned in plan.ts. */
export class Redis extends DataService {
  static readonly __pulumiType = "ape:redis:Redis";

  constructor(name: string, args: Omit<DataServiceArgs, "secrets">, opts: pulumi.ComponentResourceOptions) {
    super(Redis.__pulumiType, name, { ...args, secrets: REDIS_SECRETS }, opts);
  }
}
