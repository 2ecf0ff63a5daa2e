import { ACCESS_KEYS } from "./access";
import { API_KEYS } from "./api";
import { AVAILABILITY_KEYS } from "./availability";
import { COST_KEYS } from "./cost";
import { DATA_KEYS } from "./data";
import { KUBERNETES_KEYS } from "./kubernetes";
import { NEO4J_KEYS } from "./neo4j";
import { NETWORK_KEYS } from "./network";
import { PLATFORM_KEYS } from "./platform";
import { POLICY_KEYS } from "./policy";
import { REDIS_KEYS } from "./redis";
import { REQUIRED_KEYS } from "./required";
import { TIMESCALEDB_KEYS } from "./timescaledb";

/** Every key, in the order in which the documentation lists them. */
export const KEYS = {
  ...REQUIRED_KEYS,
  ...AVAILABILITY_KEYS,
  ...API_KEYS,
  ...KUBERNETES_KEYS,
  ...REDIS_KEYS,
  ...TIMESCALEDB_KEYS,
  ...NEO4J_KEYS,
  ...DATA_KEYS,
  ...COST_KEYS,
  ...ACCESS_KEYS,
  ...NETWORK_KEYS,
  ...PLATFORM_KEYS,
  ...POLICY_KEYS,
};

export type { Key } from "./key";
export type KeyName = keyof typeof KEYS;
export const KEY_NAMES = Object.keys(KEYS) as KeyName[];

/** The config with each value parsed; rules across keys are not checked yet. */
export type Values = { readonly [K in KeyName]: ReturnType<(typeof KEYS)[K]["parse"]> };
