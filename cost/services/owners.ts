import { SERVICES, type Service } from "../../components/model/role";
import type { Owner } from "../line";
import { valueAt, type CloudResource } from "../resource";

/** Component types, as in URNs, that belong to one service. */
const COMPONENTS: Readonly<Record<string, Service>> = {
  "ape:api:Api": "api",
  "ape:api:KubernetesApi": "api",
  "ape:platform:Cluster": "api",
  "ape:timescaledb:TimescaleDB": "timescaledb",
  "ape:neo4j:Neo4j": "neo4j",
  "ape:redis:Redis": "redis",
};

/** Label paths with the services that a machine hosts, and the separator of the names. */
const LABELS = ["tags.Service", "labels.service", "nodeConfig.resourceLabels.service"] as const;
const SEPARATOR = /[+_]/;

/** The owners of a resource: by its label, otherwise its component, otherwise the stack. */
export function ownersOf(resource: CloudResource): readonly Owner[] {
  const label = LABELS.map((path) => valueAt(resource, path)).find((value) => typeof value === "string");
  const labelled = String(label ?? "")
    .split(SEPARATOR)
    .filter((name): name is Service => (SERVICES as readonly string[]).includes(name));
  if (labelled.length > 0) {
    return labelled;
  }
  const types = resource.urn.split("::")[2]?.split("$") ?? [];
  const service = types.map((type) => COMPONENTS[type]).find((found) => found !== undefined);
  return service === undefined ? ["stack"] : [service];
}
