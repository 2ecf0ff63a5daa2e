/** The data disk's mount point: Redis' data and the files that Redis and Sentinel rewrite. */
export const DATA = "/var/lib/redis";

/** The configuration file that redis-server starts with. It holds `replicaof`, which Sentinel has Redis rewrite. */
export const STATE = `${DATA}/redis.conf`;

/** What redis-server reads only when it starts, and settings that it also takes while it runs. */
export const START_FILE = "/etc/redis/ape.conf";
export const SETTINGS_FILE = "/etc/redis/settings.conf";

/** Sentinel's configuration, which it rewrites: its identity, epochs and what it knows of the members. */
export const SENTINEL_STATE = `${DATA}/sentinel.conf`;
