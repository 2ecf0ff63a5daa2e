/** URNs of the data services' components and their resources. */
export const DATA = /\$ape:(timescaledb:TimescaleDB|neo4j:Neo4j|redis:Redis|backups:Backups)(\$|::)/;
/** URNs of nodes and their resources. Services may share a node. */
export const NODES = /\$ape:node:Member(\$|::)/;
