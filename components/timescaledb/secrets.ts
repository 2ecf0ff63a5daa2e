import type { SecretPlan } from "../model/secrets";

/** The role that the API logs in as: reads and writes rows. */
export const APP_USER = "ape";

/** The role of people and tools that only read. */
export const READ_ONLY_USER = "ape_readonly";

/** Owns the database and its tables; nobody logs in as it, for it has no password. */
export const OWNER_ROLE = "ape_owner";

/** Login roles that only the data nodes themselves use. */
export const REPLICATION_USER = "replicator";
export const REWIND_USER = "rewind";
export const MONITORING_USER = "monitoring";
export const PATRONI_USER = "patroni";

/** Read by the data nodes only. Kept: its backupCipher is the only key to the backups. */
export const SERVER_SECRET = "timescaledb-server";

/** Read by consumers, and by the data nodes, which create the role. */
export const API_SECRET = "timescaledb-api";

/** Read by who only reads, and by the data nodes. */
export const READ_ONLY_SECRET = "timescaledb-readonly";

/** Characters of a random password: 32 of 62 letters and digits are 190 bits. Ours. */
const PASSWORD_LENGTH = 32;

/**
 * The credentials of the service. The superuser has none: it logs in only on its own machine, as the system user
 * postgres, so there is no password of it to lose.
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
