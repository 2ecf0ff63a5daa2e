// Test group: light
import { redisNodes } from "./redis";

redisNodes("redis-gcp", ["cloud=gcp", "account=acme-ape-prod"], ["broken setting", "node lost while it changes"]);
