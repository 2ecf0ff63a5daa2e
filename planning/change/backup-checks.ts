import { BACKUP_SCRIPT, dumpPrefix, ONLINE_PREFIX } from "../../components/neo4j/backup-layout";
import { MANIFEST } from "../../components/neo4j/dump";
import type { DataServiceName, Role } from "../../components/model/role";
import type { ObjectStore } from "../../components/platform/platform";
import { BACKUP_PREFIX as REDIS_BACKUPS } from "../../components/redis/backup";
import { backupHistoryPrefix } from "../../components/timescaledb/pgbackrest";
import { groupBy } from "../../policy/group-by";
import type { StackPlan } from "../../stacks/plan";
import { judged, type Reading } from "./access";
import { age, hoursSince } from "./age";
import { check, fail, pass, type Check, type Finding } from "./check";

/** Where a service's backups are and how old the newest may be. */
interface BackupSource {
  readonly service: DataServiceName;
  /** Series of backups, for example one for each shard. Each must have a recent one. */
  readonly series: readonly Series[];
  readonly maxHours: number;
  /** Takes a backup, as root on a node of the service. */
  readonly command: string;
}

interface Series {
  readonly prefix: string;
  /** Keys that exist only for complete backups of the series. */
  readonly complete: RegExp;
}

/** Two of the intervals between backups: one may be late or under way. */
const HOURLY = 2;
const NIGHTLY = 48;

function sourcesOf({ spec, placed }: StackPlan): BackupSource[] {
  const isOnline = spec.neo4j.edition === "enterprise";
  const rolesOf = (service: DataServiceName): Role[] =>
    placed.map(({ role }) => role).filter((role) => role.service === service);
  return [
    {
      service: "timescaledb",
      series: Array.from({ length: spec.timescaledb.shards }, (_, shard) => ({
        prefix: backupHistoryPrefix(shard),
        complete: /\.manifest/,
      })),
      maxHours: HOURLY,
      command: "systemctl start timescaledb-backup@incr",
    },
    {
      service: "neo4j",
      series: isOnline
        ? [{ prefix: ONLINE_PREFIX, complete: /\.backup$/ }]
        : rolesOf("neo4j").map(({ name }) => ({ prefix: dumpPrefix(name), complete: new RegExp(`/${MANIFEST}$`) })),
      maxHours: isOnline ? HOURLY : NIGHTLY,
      command: BACKUP_SCRIPT,
    },
    {
      service: "redis",
      series: redisSeries(rolesOf("redis")),
      maxHours: HOURLY,
      command: "ape-redis-backup --any",
    },
  ];
}

/** Any member of a group takes its backup; the key names the member. Former members count if there is one group. */
function redisSeries(roles: readonly Role[]): Series[] {
  const groups = [...groupBy(roles, ({ group = "redis" }) => group).values()];
  return groups.map((members) => ({
    prefix: REDIS_BACKUPS,
    complete: groups.length === 1 ? /\.rdb$/ : new RegExp(`-(${members.map(({ name }) => name).join("|")})\\.rdb$`),
  }));
}

/** Times of the newest complete backup of each of a service's series, ISO 8601; null where there is none. */
export type NewestBackups = Readonly<Record<DataServiceName, readonly (string | null)[]>>;

/** Reads the times of the newest backups from their names. Throws if the cloud refuses. */
export async function newestBackups(store: ObjectStore, plan: StackPlan): Promise<NewestBackups> {
  const entries = await Promise.all(
    sourcesOf(plan).map(async ({ service, series }) => {
      const newest = await Promise.all(series.map((each) => newestOf(store, each)));
      return [service, newest] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<DataServiceName, (string | null)[]>;
}

async function newestOf(store: ObjectStore, { prefix, complete }: Series): Promise<string | null> {
  const times = (await store.list(prefix)).filter((key) => complete.test(key)).flatMap((key) => timeOf(key) ?? []);
  return times.sort().at(-1) ?? null;
}

/** Whether each store has a recent backup. */
export function backupChecks(backups: Reading<NewestBackups>, plan: StackPlan, now: Date): Check[] {
  return sourcesOf(plan).map((source) =>
    check(
      `backup-${source.service}`,
      `Recent backup of ${source.service}`,
      judged(backups, plan.spec.cloud, (newest) => recent(source, newest, now)),
    ),
  );
}

function recent({ service, series, maxHours, command }: BackupSource, newest: NewestBackups, now: Date): Finding {
  const remedy = `Take one, as root on a node of ${service}: \`${command}\`.`;
  const times = newest[service];
  const without = series.filter((_, index) => times[index] === null).map(({ prefix }) => prefix);
  if (without.length > 0) {
    return fail(`no complete backup in ${without.join(", ")}`, remedy);
  }
  const oldest = times.map((time) => time!).sort()[0]!;
  const evidence = `${age(oldest, now)} old (${oldest})`;
  return hoursSince(oldest, now) <= maxHours ? pass(evidence) : fail(`${evidence}; at most ${maxHours} h`, remedy);
}

/** The last time in a backup's key, ISO 8601: "2026-11-28T02-30-00Z" or pgBackRest's "20261128-023000F". */
function timeOf(key: string): string | undefined {
  const found = [...key.matchAll(/(\d{4})-?(\d{2})-?(\d{2})[T-](\d{2})-?(\d{2})-?(\d{2})/g)].at(-1);
  if (found === undefined) {
    return undefined;
  }
  const [, year, month, day, hour, minute, second] = found;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}
