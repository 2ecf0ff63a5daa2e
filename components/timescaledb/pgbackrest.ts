import type { Cloud } from "../model/cloud";
import { secretMark } from "../model/role";
import type { TimescaleDbArgs } from "./args";
import { SERVER_SECRET } from "./secrets";
import { backupProcesses, type ServerSize } from "./sizing";
import { DATA_DIRECTORY, MOUNT, PORTS, SOCKET_DIRECTORY } from "./topology";

/** Key prefix of the backups in their bucket. */
export const BACKUP_PREFIX = "timescaledb/";

/** WAL segments in transit to or from the bucket. On the data disk: they are as valuable as the data. */
export const SPOOL_DIRECTORY = `${MOUNT}/spool`;

/** pgBackRest's name of the cluster whose backups it keeps. */
const STANZA = "main";

export interface PgBackRestArgs extends ServerSize, Pick<TimescaleDbArgs, "cloud" | "region" | "backup"> {
  /** Number of the shard, from 0. Each shard has its own backups. */
  readonly shard: number;
}

/**
 * The complete /etc/pgbackrest.conf, identical on every data node. pgBackRest authenticates with the node's identity and
 * encrypts objects before upload. `archive-push-queue-max` is omitted on purpose: beyond it pgBackRest drops WAL and
 * reports it to PostgreSQL as archived.
 */
export function pgBackRestConf(args: PgBackRestArgs): string {
  return [
    section("global", {
      ...REPOSITORIES[args.cloud](args),
      "repo1-path": `/${shardPrefix(args.shard).replace(/\/$/, "")}`,
      "repo1-cipher-type": "aes-256-cbc",
      "repo1-cipher-pass": secretMark(SERVER_SECRET, "backupCipher"),
      "repo1-bundle": "y",
      "repo1-block": "y",
      // A full backup expires once a newer one has reached this age, so the bucket holds up to a week more.
      "repo1-retention-full-type": "time",
      "repo1-retention-full": args.backup.retentionDays,
      "compress-type": "zst",
      "archive-async": "y",
      "archive-timeout": 60,
      "archive-get-queue-max": args.memGiB < 2 ? "256MiB" : "1GiB",
      "spool-path": SPOOL_DIRECTORY,
      "start-fast": "y",
      "log-level-console": "info",
      "log-level-file": "off", // the journal has the log
    }),
    section("global:backup", { "process-max": backupProcesses(args) }),
    section("global:restore", { "process-max": Math.min(8, args.cpus), delta: "y" }),
    section("global:archive-push", { "process-max": 2, "compress-level": 1 }),
    section("global:archive-get", { "process-max": 2 }),
    section(STANZA, {
      "pg1-path": DATA_DIRECTORY,
      "pg1-port": PORTS.postgresql,
      "pg1-socket-path": SOCKET_DIRECTORY,
    }),
  ].join("\n");
}

/** Key prefix of a shard's backups. The first shard has the prefix of a service without shards. */
function shardPrefix(shard: number): string {
  return shard === 0 ? BACKUP_PREFIX : `${BACKUP_PREFIX}shard-${shard + 1}/`;
}

/** The keys below name a shard's complete backups, one each. */
export function backupHistoryPrefix(shard: number): string {
  return `${shardPrefix(shard)}backup/${STANZA}/backup.history/`;
}

type Options = Readonly<Record<string, string | number>>;

const REPOSITORIES: Readonly<Record<Cloud, (args: PgBackRestArgs) => Options>> = {
  aws: ({ region, backup: { bucket } }) => ({
    "repo1-type": "s3",
    "repo1-s3-bucket": bucket,
    "repo1-s3-region": region,
    "repo1-s3-endpoint": `s3.${region}.amazonaws.com`,
    "repo1-s3-key-type": "auto",
  }),
  gcp: ({ backup: { bucket } }) => ({
    "repo1-type": "gcs",
    "repo1-gcs-bucket": bucket,
    "repo1-gcs-key-type": "auto",
  }),
};

function section(name: string, options: Options): string {
  return [`[${name}]`, ...Object.entries(options).map(([key, value]) => `${key}=${value}`), ""].join("\n");
}
