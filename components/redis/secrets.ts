import type { SecretPlan } from "../model/secrets";

const PASSWORD_LENGTH = 32;

/** Users of Redis, each with just the commands it needs. */
export const USERS = {
  api: "ape",
  replication: "replication",
  sentinel: "sentinel",
  admin: "admin",
  monitoring: "monitoring",
} as const;

/** Read by Redis' own nodes. */
export const SERVER_SECRET = "redis-server";
/** Read by the API, and by the nodes that let it in. */
export const API_SECRET = "redis-api";

export const REDIS_SECRETS: readonly SecretPlan[] = [
  {
    name: SERVER_SECRET,
    fields: {
      replication: { randomLength: PASSWORD_LENGTH },
      sentinel: { randomLength: PASSWORD_LENGTH },
      admin: { randomLength: PASSWORD_LENGTH },
      monitoring: { randomLength: PASSWORD_LENGTH },
    },
  },
  { name: API_SECRET, fields: { username: { text: USERS.api }, password: { randomLength: PASSWORD_LENGTH } } },
];
