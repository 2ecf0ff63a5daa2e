import type { Drill } from "./drill";
import { redisFailover } from "./redis/failover";
import { redisRestore } from "./redis/restore";
import { timescaledbFailover } from "./timescaledb/failover";

/** Every drill. */
export const DRILLS: readonly Drill[] = [redisFailover, redisRestore, timescaledbFailover];
