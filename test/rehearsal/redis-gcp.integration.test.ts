// Test group: light
import { redisNodes } from "./redis";
import { redisOrders } from "./redis-orders";

const STACK = "redis-gcp";
const SETTINGS = ["cloud=gcp", "account=acme-ape-prod"];

redisNodes(STACK, SETTINGS, { more: (rehearsal) => redisOrders(STACK, SETTINGS, rehearsal) });
