import type { Drill } from "./drill";
import { redisFailover } from "./redis/failover";

/** Every drill. */
export const DRILLS: readonly Drill[] = [redisFailover];
