/**
 * Limits that a standby must have at least as high as its primary: otherwise it stops replaying. Source: PostgreSQL, "Hot
 * Standby", Administrator's Overview.
 */
export const STANDBY_LIMITS: readonly string[] = [
  "max_connections",
  "max_locks_per_transaction",
  "max_prepared_transactions",
  "max_wal_senders",
  "max_worker_processes",
];

/** Settings that Patroni reads only from the configuration that all members share. Source: Patroni 4, "Dynamic configuration". */
export const SHARED: readonly string[] = [
  ...STANDBY_LIMITS,
  "hot_standby",
  "max_replication_slots",
  "wal_level",
  "wal_log_hints",
];
