import type { SecretPlan } from "../model/secrets";

/** Neo4j's built-in administrator. Community Edition has no roles with fewer privileges. */
export const USER = "neo4j";

/** Read by the API, and by Neo4j's nodes, which set the password before the first start. */
export const API_SECRET = "neo4j-api";

/** Neo4j's credentials. 32 letters and digits are 190 bits; Neo4j requires eight characters. */
export const NEO4J_SECRETS: readonly SecretPlan[] = [
  { name: API_SECRET, fields: { username: { text: USER }, password: { randomLength: 32 } } },
];
