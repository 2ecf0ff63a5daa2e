import type { SecretPlan } from "../model/secrets";

/** The API's login role: reads and writes rows. */
export const APP_USER = "ape";

/** Login role for read-only users and tools. */
export const READ_ONLY_USER = "ape_readonly";

/** Owns the database and its tables. It has no password, so no client can log in as it. */
export const OWNER_ROLE = "ape_owner";

/** Login roles that only the data nodes use. */
export const REPLICATION_USER = "replicator";
export const REWIND_USER = "rewind";
export const MONITORING_USER = "monitoring";
export const PATRONI_USER = "patroni";

/** Read by the data nodes only. Retained on destroy: its backupCipher is the only key to the backups. */
export const SERVER_SECRET = "timescaledb-server";

/** Read by clients, and by the data nodes, which create the role. */
export const API_SECRET = "timescaledb-api";

/** Read by read-only clients, and by the data nodes, which create the role. */
export const READ_ONLY_SECRET = "timescaledb-readonly";

/** Characters of a random password: 32 of 62 letters and digits are 190 bits. Ours. */
const PASSWORD_LENGTH = 32;

/**
 * The credentials of the service. The superuser has no password: it logs in only on the node, as the system user postgres.
 */
export const TIMESCALEDB_SECRETS: readonly SecretPlan[] = [
  {
    name: SERVER_SECRET,
    keep: true,
    fields: {
      replication: { randomLength: PASSWORD_LENGTH },
      rewind: { randomLength: PASSWORD_LENGTH },
      monitoring: { randomLength: PASSWORD_LENGTH },
      patroni: { randomLength: PASSWORD_LENGTH },
      backupCipher: { randomLength: 64 },
    },
  },
  {
    name: API_SECRET,
    fields: { username: { text: APP_USER }, password: { randomLength: PASSWORD_LENGTH } },
  },
  {
    name: READ_ONLY_SECRET,
    fields: { username: { text: READ_ONLY_USER }, password: { randomLength: PASSWORD_LENGTH } },
  },
];
