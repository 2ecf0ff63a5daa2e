import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError, parseConfig, type ConfigInput } from "../../../stacks/config/load";
import { KEY_NAMES } from "../../../stacks/config/keys";
import { validConfig, written } from "../arbitrary";
import { BAD_VALUES } from "../bad-values";

describe("any config", function () {
  this.timeout(120_000); // thousands of configs

  it("that is valid becomes a frozen spec without undecided values", () => {
    fc.assert(
      fc.property(validConfig(), (input) => {
        const spec = parseConfig(input);
        everyObject(spec, (object) => assert.ok(Object.isFrozen(object)));
        assert.deepEqual(undecided({ ...spec, organization: "", stack: "", owner: "", costCentre: "" }), []);
        assert.equal(spec.zones.length, spec.highlyAvailable ? 3 : spec.zones.length);
        assert.ok(spec.neo4j.members === 1 || spec.neo4j.edition === "enterprise");
        assert.ok(spec.neo4j.edition === "community" || spec.neo4j.licence !== "none");
        assert.equal(spec.api.kubernetes !== undefined, spec.api.runtime === "kubernetes");
        assert.deepEqual(parseConfig(input), spec);
      }),
      { numRuns: 500 },
    );
  });

  it("means the same in YAML and in Pulumi's strings", () => {
    fc.assert(
      fc.property(validConfig(), (input) => {
        const strings = Object.entries(input.values).map(([key, value]) => [key, written(value)]);
        const asStrings = { ...input, values: Object.fromEntries(strings) as Record<string, unknown> };
        assert.deepEqual(parseConfig(asStrings), parseConfig(input));
      }),
    );
  });

  it("with one bad value is refused for that key, with an example", () => {
    const bad = fc
      .constantFrom(...Object.keys(BAD_VALUES))
      .chain((key) => fc.tuple(fc.constant(key), BAD_VALUES[key]!));
    fc.assert(
      fc.property(validConfig(), bad, (input, [key, value]) => {
        const error = refused({ ...input, values: { ...input.values, [key]: value } });
        const named = error.problems.filter((problem) => problem.key.split(/[.[]/)[0] === key);
        assert.notEqual(named.length, 0, error.message);
        named.forEach((problem) => {
          assert.ok(problem.allowed.length > 0 && problem.example.startsWith(`${key}: `));
          assert.ok(error.message.includes(problem.key) && error.message.includes(problem.example));
        });
      }),
      { numRuns: 1000 },
    );
  });

  it("with a bad value in every key is refused with all of them in one error", () => {
    fc.assert(
      fc.property(validConfig(), fc.record(BAD_VALUES), (input, values) => {
        const keys = refused({ ...input, values }).problems.map(({ key }) => key.split(/[.[]/)[0]!);
        // A region can be valid as long as the cloud is unknown.
        const certain = Object.keys(BAD_VALUES).filter((key) => key !== "region");
        assert.deepEqual(
          certain.filter((key) => !keys.includes(key)),
          [],
        );
      }),
    );
  });

  it("has bad values for every key but the secret", () => {
    assert.deepEqual(Object.keys(BAD_VALUES).sort(), KEY_NAMES.filter((key) => key !== "kubeconfig").sort());
  });
});

function refused(input: ConfigInput): ConfigError {
  try {
    parseConfig(input);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error;
  }
  assert.fail(`accepted: ${JSON.stringify(input.values)}`);
}

/** Values that a later step would have to decide. */
function undecided(value: unknown): unknown[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(undecided);
  return value === "auto" || value === null || Number.isNaN(value) ? [value] : [];
}

function everyObject(value: unknown, check: (object: object) => void): void {
  if (typeof value === "object" && value !== null) {
    check(value);
    Object.values(value).forEach((inner) => everyObject(inner, check));
  }
}
