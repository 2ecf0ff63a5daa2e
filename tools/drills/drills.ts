import type { Drill } from "./drill";
import { redisFailover } from "./redis/failover";
import { redisRestore } from "./redis/restore";
import { timescaledbFailover } from "./timescaledb/failover";
import { timescaledbRestore } from "./timescaledb/restore";

/** Every drill. */
export const DRILLS: readonly Drill[] = [redisFailover, redisRestore, timescaledbFailover, timescaledbRestore];
