import { SERVICES, type Service } from "../components/model/role";
import type { StackPlan } from "../stacks/plan";
import type { Substitutes } from "./absent";
import { neo4jArchive } from "./neo4j/archive";
import { CACHE } from "./paths";
import { apiImages } from "./registry/image";

/** What can be had in place of software that can't, for the nodes that are booted. No services: all of them. */
export async function substitutesFor(
  plan: StackPlan,
  services: readonly Service[],
  say: (text: string) => void,
): Promise<Substitutes> {
  const booted = new Set(
    plan.nodes
      .map(({ roles }) => roles.map(({ role }) => role.service))
      .filter((own) => services.length === 0 || own.some((service) => services.includes(service)))
      .flat(),
  );
  const { neo4j: graph, api } = plan.spec;
  const neo4j =
    booted.has("neo4j") && graph.edition === "community" ? await neo4jArchive(CACHE, graph.version, say) : undefined;
  // It is ready once it has reached all three stores.
  const isWhole = SERVICES.every((service) => services.length === 0 || services.includes(service));
  return {
    ...(neo4j === undefined ? {} : { neo4j }),
    ...(neo4j !== undefined && isWhole && api.runtime === "vm" ? { apiImages: await apiImages(CACHE, say) } : {}),
  };
}
