import type * as pulumi from "@pulumi/pulumi";
import { DataService, type DataServiceArgs } from "../node/data-service";
import { NEO4J_SECRETS } from "./secrets";

/** Neo4j: its credentials, its data disks and, when dedicated, its nodes. What runs on them is planned in plan.ts. */
export class Neo4j extends DataService {
  static readonly __pulumiType = "ape:neo4j:Neo4j";

  constructor(name: string, args: Omit<DataServiceArgs, "secrets">, opts: pulumi.ComponentResourceOptions) {
    super(Neo4j.__pulumiType, name, { ...args, secrets: NEO4J_SECRETS }, opts);
  }
}
