import type { Drill } from "./drill";
import { api } from "./api/api";
import { change } from "./change/change";
import { neo4jReplace } from "./neo4j/replace";
import { neo4jRestore } from "./neo4j/restore";
import { redisChange } from "./redis/change";
import { redisFailover } from "./redis/failover";
import { redisRestore } from "./redis/restore";
import { timescaledbFailover } from "./timescaledb/failover";
import { timescaledbRestore } from "./timescaledb/restore";

/** Every drill. */
export const DRILLS: readonly Drill[] = [
  redisFailover,
  redisChange,
  redisRestore,
  timescaledbFailover,
  timescaledbRestore,
  neo4jRestore,
  neo4jReplace,
  api,
  change,
];
