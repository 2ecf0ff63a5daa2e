import { RULES } from "../../policy/rules";
import { WAIVERS_VALID } from "../../policy/rules/waivers";
import type { Rule } from "../../policy/rule";
import { nearest } from "../../stacks/config/nearest";
import { readJson } from "../read-file";
import { UsageError } from "../stack-file";

/** Settings by policy name, in the format of `--policy-pack-config`. */
export type Parameters = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const ALL: readonly Rule[] = [...RULES, WAIVERS_VALID];
const LEVELS = ["mandatory", "remediate"];

/**
 * Reads a file of settings. Throws UsageError with all problems. An enforcement level that loosens a policy is one: only a
 * waiver may do that, because a waiver has an owner.
 */
export function readParameters(path: string): Parameters {
  const given = readJson(path, "--policy-config");
  const problems = parameterProblems(given);
  if (problems.length > 0) {
    throw new UsageError([`--policy-config ${path} has problems:`, ...problems].join("\n  "));
  }
  return given as Parameters;
}

/** The problems of the settings. */
function parameterProblems(given: unknown): string[] {
  if (!isObject(given)) {
    return ['expected an object by policy name, for example {"backup-retention": {"days": 90}}'];
  }
  return Object.entries(given).flatMap(([name, settings]) => {
    const rule = ALL.find((each) => each.name === name);
    if (rule === undefined) {
      const guess = nearest(
        name,
        ALL.map((each) => each.name),
      );
      return [`${name}: no such policy${guess === undefined ? "" : `; did you mean ${guess}?`}`];
    }
    const own = isObject(settings) ? settings : { enforcementLevel: settings };
    return Object.entries(own).flatMap(([key, value]) => settingProblems(rule, key, value));
  });
}

function settingProblems(rule: Rule, key: string, value: unknown): string[] {
  const at = `${rule.name}.${key}: ${JSON.stringify(value)}`;
  if (key === "enforcementLevel") {
    return LEVELS.includes(value as string)
      ? []
      : [`${at}; allowed: ${LEVELS.join(" or ")}; for an exception, add a waiver to the stack's config`];
  }
  const schema = rule.parameters?.[key];
  if (schema === undefined) {
    const known = ["enforcementLevel", ...Object.keys(rule.parameters ?? {})];
    return [`${at}; no such setting; allowed: ${known.join(", ")}`];
  }
  const { type, minimum = -Infinity, maximum = Infinity } = schema;
  const isRight = typeof value === "number" && value >= minimum && value <= maximum;
  return isRight && (type !== "integer" || Number.isInteger(value))
    ? []
    : [`${at}; allowed: ${type === "integer" ? "a whole number" : "a number"} from ${minimum} to ${maximum}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
