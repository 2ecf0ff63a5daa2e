import { SERVICES, type Service } from "../../components/model/role";
import type { StackPlan } from "../../stacks/plan";
import { neo4jArchive, type Neo4jArchive } from "../build/neo4j/archive";
import { CACHE } from "../system/paths";
import type { Progress } from "../system/progress";
import { apiImages, type ApiImages } from "../build/api-images";

/** Local builds of software that is not freely available. */
export interface Substitutes {
  /** Archive of Neo4j packages. Default: stand-in servers on Neo4j's ports. */
  readonly neo4j?: Neo4jArchive;
  /** Images of the reference API. Default: stand-in servers that answer ok. */
  readonly apiImages?: ApiImages;
}

/** Builds the substitutes that the nodes of these services need. No services means all of them. */
export async function substitutesFor(
  plan: StackPlan,
  services: readonly Service[],
  progress: Progress,
): Promise<Substitutes> {
  const booted = new Set(
    plan.nodes
      .map(({ roles }) => roles.map(({ role }) => role.service))
      .filter((hosted) => services.length === 0 || hosted.some((service) => services.includes(service)))
      .flat(),
  );
  const { neo4j: graph, api } = plan.spec;
  const neo4j =
    booted.has("neo4j") && graph.edition === "community"
      ? await neo4jArchive(CACHE, graph.version, progress)
      : undefined;
  // The reference API is ready only if it reaches all three stores.
  const hasAllStores = SERVICES.every((service) => services.length === 0 || services.includes(service));
  return {
    ...(neo4j === undefined ? {} : { neo4j }),
    ...(neo4j !== undefined && hasAllStores && api.runtime === "vm"
      ? { apiImages: await apiImages(CACHE, progress) }
      : {}),
  };
}
