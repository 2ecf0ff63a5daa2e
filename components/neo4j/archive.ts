import type { AptSource } from "../node/role";

/**
 * Neo4j's own package archive. The key is "Neo4j Admins", 59D700E4D37F5F19 in APT's messages; its fingerprint stands in
 * installers and configuration management of many since 2019.
 */
export function archive(component: string): AptSource {
  return {
    name: "neo4j",
    uri: "https://debian.neo4j.com",
    suite: "stable",
    components: component,
    keyUrl: "https://debian.neo4j.com/neotechnology.gpg.key",
    fingerprint: "1EEFB8767D4924B86EAD08A459D700E4D37F5F19",
  };
}
