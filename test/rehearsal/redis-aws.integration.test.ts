// Test group: light
import { redisNodes } from "./redis";

redisNodes("redis-aws", []);
