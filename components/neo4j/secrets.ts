import type { SecretPlan } from "../model/secrets";

/** The user that Neo4j itself creates; Community Edition knows no lesser one. */
export const USER = "neo4j";

/** Read by the API, and by Neo4j's own nodes, which set the password before the first start. */
export const API_SECRET = "neo4j-api";

/** Neo4j's credentials. 32 letters and digits are 190 bits; Neo4j asks for eight characters. */
export const NEO4J_SECRETS: readonly SecretPlan[] = [
  { name: API_SECRET, fields: { username: { text: USER }, password: { randomLength: 32 } } },
];
