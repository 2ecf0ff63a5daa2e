import type * as pulumi from "@pulumi/pulumi";
import { DataService, type DataServiceArgs } from "../node/data-service";
import { TIMESCALEDB_SECRETS } from "./secrets";

/** TimescaleDB: its credentials, its data disks and, when dedicated, its nodes. What runs on them is planned in plan.ts. */
export class TimescaleDB extends DataService {
  static readonly __pulumiType = "ape:timescaledb:TimescaleDB";

  constructor(name: string, args: Omit<DataServiceArgs, "secrets">, opts: pulumi.ComponentResourceOptions) {
    super(TimescaleDB.__pulumiType, name, { ...args, secrets: TIMESCALEDB_SECRETS }, opts);
  }
}
