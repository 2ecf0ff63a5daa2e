// Test group: light
import { redisNodes } from "./redis";

redisNodes("redis-aws", [], ["setting changed, leaders moved before", "new boot image of one node"]);
