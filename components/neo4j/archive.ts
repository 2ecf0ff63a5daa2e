import type { AptSource } from "../model/role";

/** Where Neo4j publishes its packages. */
export const NEO4J_ARCHIVE = "https://debian.neo4j.com";

/**
 * Neo4j's own package archive, or a copy of it: packages are believed for their signature, wherever they come from. The key is "Neo4j Admins", 59D700E4D37F5F19 in APT's messages; its fingerprint stands in
 * installers and configuration management of many since 2019.
 */
export function archive(uri: string, component: string): AptSource {
  return {
    name: "neo4j",
    uri,
    suite: "stable",
    components: component,
    keyUrl: `${uri}/neotechnology.gpg.key`,
    fingerprint: "1EEFB8767D4924B86EAD08A459D700E4D37F5F19",
  };
}
