// Test group: light
import { redisNodes } from "./redis";

redisNodes("redis-gcp", ["cloud=gcp", "account=acme-ape-prod"]);
