import { secretMark, type NodeFile } from "../model/role";
import type { SecretPlan } from "../model/secrets";

const PASSWORD_LENGTH = 32;

/** Redis' users; each may run only the commands that it needs. */
export const USERS = {
  api: "ape",
  replication: "replication",
  sentinel: "sentinel",
  admin: "admin",
  monitoring: "monitoring",
} as const;

/** Users whose passwords only Redis' nodes read. */
type ServerUser = Exclude<keyof typeof USERS, "api">;

/** Read by Redis' nodes. */
export const SERVER_SECRET = "redis-server";
/** Read by the API and by Redis' nodes. */
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

export function passwordPath(user: string): string {
  return `/etc/redis/${user}.password`;
}

/** The file from which scripts read a user's password; readable by root and Redis. */
export function passwordFile(user: ServerUser): NodeFile {
  return { path: passwordPath(user), content: secretMark(SERVER_SECRET, user), owner: "root:redis", mode: "0640" };
}
