// Test group: light
import { redisNodes } from "./redis";

redisNodes("redis-aws", [], {
  changes: ["node lost while it changes", "setting changed, leaders moved before"],
});
