import { KEYS, type KeyName, type Values } from "../keys";
import { shown, type Problem } from "../report";
import { API_RULES } from "./api";
import { AVAILABILITY_RULES } from "./availability";
import { CLOUD_RULES } from "./cloud";
import { COST_RULES } from "./cost";
import { KUBERNETES_RULES } from "./kubernetes";
import { NEO4J_RULES } from "./neo4j";
import { NETWORK_RULES } from "./network";
import { REDIS_RULES } from "./redis";
import { REGION_RULES } from "./region";
import type { Finding, Rule } from "./rule";
import { SIZE_RULES } from "./sizes";
import { TIMESCALEDB_RULES } from "./timescaledb";

/** All rules, in the order in which they are applied and documented. */
export const RULES: readonly Rule[] = [
  ...REGION_RULES,
  ...AVAILABILITY_RULES,
  ...REDIS_RULES,
  ...TIMESCALEDB_RULES,
  ...CLOUD_RULES,
  ...COST_RULES,
  ...API_RULES,
  ...KUBERNETES_RULES,
  ...NETWORK_RULES,
  ...SIZE_RULES,
  ...NEO4J_RULES,
];

/** Applies the rules, in order, to the values that parsed. */
export function applyRules(parsed: Partial<Values>): Problem[] {
  const valid = new Set(Object.keys(parsed) as KeyName[]);
  return RULES.flatMap(({ needs, invalidates, check }) => {
    const findings = needs.every((name) => valid.has(name)) ? check(parsed as Values) : [];
    if (findings.length > 0) {
      (invalidates ?? findings.map(({ key }) => rootOf(key))).forEach((name) => valid.delete(name));
    }
    return findings.map(problemOf);
  });
}

function problemOf({ key, value, reason, allowed, example }: Finding): Problem {
  const root = rootOf(key);
  return {
    key,
    value: shown(value),
    reason,
    allowed: allowed ?? KEYS[root].allowed,
    example: example ?? `${root}: ${KEYS[root].example}`,
  };
}

function rootOf(key: string): KeyName {
  return key.split(".")[0] as KeyName;
}
