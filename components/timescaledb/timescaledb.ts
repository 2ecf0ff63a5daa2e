import type * as pulumi from "@pulumi/pulumi";
import { DataService, type DataServiceArgs } from "../node/data-service";
import { TIMESCALEDB_SECRETS } from "./secrets";

/** TimescaleDB's credentials, data disks and, with dedicated placement, nodes. plan.ts plans what runs on them. */
export class TimescaleDB extends DataService {
  static readonly __pulumiType = "ape:timescaledb:TimescaleDB";

  constructor(name: string, args: Omit<DataServiceArgs, "secrets">, opts: pulumi.ComponentResourceOptions) {
    super(TimescaleDB.__pulumiType, name, { ...args, secrets: TIMESCALEDB_SECRETS }, opts);
  }
}
