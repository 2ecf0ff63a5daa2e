import { secretMark } from "../model/role";
import { SERVER_SECRET } from "./secrets";
import { backupProcesses, type ServerSize } from "./sizing";
import { DATA_DIRECTORY, MOUNT, PORTS, SOCKET_DIRECTORY } from "./topology";

/** Key prefix of the backups in their bucket. */
export const BACKUP_PREFIX = "timescaledb/";

/** Segments on their way to the bucket or back; on the data disk, for they are worth as much as the data. */
export const SPOOL_DIRECTORY = `${MOUNT}/spool`;

export interface PgBackRestArgs extends ServerSize {
  readonly cloud: "aws" | "gcp";
  readonly region: string;
  /** Number of the shard, from 0: each has backups of its own. */
  readonly shard: number;
  readonly backup: {
    /** Whole name of the bucket. */
    readonly bucket: string;
    readonly retentionDays: number;
  };
}

/**
 * The whole of /etc/pgbackrest.conf, the same on every data node. The bucket is reached with the machine's own identity;
 * its objects are encrypted before they leave. `archive-push-queue-max` is left out on purpose: beyond it pgBackRest
 * drops WAL and tells PostgreSQL that it was archived.
 */
export function pgBackRestConf(args: PgBackRestArgs): string {
  return [
    section("global", {
      ...repository(args),
      "repo1-path": `/${shardPrefix(args.shard).replace(/\/$/, "")}`,
      "repo1-cipher-type": "aes-256-cbc",
      "repo1-cipher-pass": secretMark(SERVER_SECRET, "backupCipher"),
      "repo1-bundle": "y",
      "repo1-block": "y",
      // A full backup goes only once another one is as old as this: the bucket holds up to a week more.
      "repo1-retention-full-type": "time",
      "repo1-retention-full": args.backup.retentionDays,
      "compress-type": "zst",
      "archive-async": "y",
      "archive-timeout": 60,
      "archive-get-queue-max": args.memGiB < 2 ? "256MiB" : "1GiB",
      "spool-path": SPOOL_DIRECTORY,
      "start-fast": "y",
      "log-level-console": "info",
      "log-level-file": "off", // the journal has it
    }),
    section("global:backup", { "process-max": backupProcesses(args) }),
    section("global:restore", { "process-max": Math.min(8, args.cpus), delta: "y" }),
    section("global:archive-push", { "process-max": 2, "compress-level": 1 }),
    section("global:archive-get", { "process-max": 2 }),
    section("main", {
      "pg1-path": DATA_DIRECTORY,
      "pg1-port": PORTS.postgresql,
      "pg1-socket-path": SOCKET_DIRECTORY,
    }),
  ].join("\n");
}

/** Key prefix of a shard's backups. The first has that of a service without shards. */
export function shardPrefix(shard: number): string {
  return shard === 0 ? BACKUP_PREFIX : `${BACKUP_PREFIX}shard-${shard + 1}/`;
}

type Options = Readonly<Record<string, string | number>>;

function repository({ cloud, region, backup: { bucket } }: PgBackRestArgs): Options {
  return cloud === "aws"
    ? {
        "repo1-type": "s3",
        "repo1-s3-bucket": bucket,
        "repo1-s3-region": region,
        "repo1-s3-endpoint": `s3.${region}.amazonaws.com`,
        "repo1-s3-key-type": "auto",
      }
    : { "repo1-type": "gcs", "repo1-gcs-bucket": bucket, "repo1-gcs-key-type": "auto" };
}

function section(name: string, options: Options): string {
  return [`[${name}]`, ...Object.entries(options).map(([key, value]) => `${key}=${value}`), ""].join("\n");
}
