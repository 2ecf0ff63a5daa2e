import type * as pulumi from "@pulumi/pulumi";
import { DataService, type DataServiceArgs } from "../node/data-service";
import { NEO4J_SECRETS } from "./secrets";

/** Neo4j's credentials, data disks and, with dedicated placement, nodes. plan.ts plans what runs on them. */
export class Neo4j extends DataService {
  static readonly __pulumiType = "ape:neo4j:Neo4j";

  constructor(name: string, args: Omit<DataServiceArgs, "secrets">, opts: pulumi.ComponentResourceOptions) {
    super(Neo4j.__pulumiType, name, { ...args, secrets: NEO4J_SECRETS }, opts);
  }
}
