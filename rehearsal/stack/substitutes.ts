import { SERVICES, type Service } from "../../components/model/role";
import type { StackPlan } from "../../stacks/plan";
import { neo4jArchive, type Neo4jArchive } from "../build/neo4j/archive";
import { CACHE } from "../system/paths";
import { apiImages, type ApiImages } from "../build/api-images";

/** Software that can be had here after all. */
export interface Substitutes {
  /** The archive that Neo4j's packages come from. Default: listeners in its place. */
  readonly neo4j?: Neo4jArchive;
  /** Images of the reference API for its containers. Default: servers that answer ok. */
  readonly apiImages?: ApiImages;
}

/** What can be had in place of software that can't, for the nodes that are booted. No services: all of them. */
export async function substitutesFor(
  plan: StackPlan,
  services: readonly Service[],
  progress: (text: string) => void,
): Promise<Substitutes> {
  const booted = new Set(
    plan.nodes
      .map(({ roles }) => roles.map(({ role }) => role.service))
      .filter((own) => services.length === 0 || own.some((service) => services.includes(service)))
      .flat(),
  );
  const { neo4j: graph, api } = plan.spec;
  const neo4j =
    booted.has("neo4j") && graph.edition === "community"
      ? await neo4jArchive(CACHE, graph.version, progress)
      : undefined;
  // It is ready once it has reached all three stores.
  const isWhole = SERVICES.every((service) => services.length === 0 || services.includes(service));
  return {
    ...(neo4j === undefined ? {} : { neo4j }),
    ...(neo4j !== undefined && isWhole && api.runtime === "vm" ? { apiImages: await apiImages(CACHE, progress) } : {}),
  };
}
