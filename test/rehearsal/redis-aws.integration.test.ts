import { redisNodes } from "./redis";

redisNodes("redis-aws", []);
