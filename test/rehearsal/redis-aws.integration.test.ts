// Test group: light
import { redisNodes } from "./redis";

redisNodes("redis-aws", [], {
  changes: ["setting changed, leaders moved before", "new boot image of one node", "node lost while it changes"],
});
