/** URNs of the components of what keeps data, and of all that is theirs. */
export const DATA = /\$ape:(timescaledb:TimescaleDB|neo4j:Neo4j|redis:Redis|backups:Backups)(\$|::)/;
/** URNs of nodes and what is theirs: of several services together, where they share one. */
export const NODES = /\$ape:node:Member(\$|::)/;
