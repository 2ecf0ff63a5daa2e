import type { AptSource } from "../model/role";

/** Neo4j's package archive. */
export const NEO4J_ARCHIVE = "https://debian.neo4j.com";

/**
 * Neo4j's package archive or a mirror of it: APT verifies the signature regardless of the origin. The key is "Neo4j Admins",
 * 59D700E4D37F5F19 in APT's messages. Source of the fingerprint: many installers and configuration management modules
 * have contained it since 2019.
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
