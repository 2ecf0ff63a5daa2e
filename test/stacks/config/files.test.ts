import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { CLOUDS } from "../../../components/model/cloud";
import { parseConfig } from "../../../stacks/config/load";
import { KEYS, KEY_NAMES, type Key } from "../../../stacks/config/keys";
import { SIZES, type Size } from "../../../stacks/config/sizes";
import { applySettings, knownStacks, readStackFile } from "../../../planning/stack-file";

describe("Pulumi.yaml", () => {
  interface Declared {
    type: string;
    items?: { type: string };
    default?: unknown;
    description?: string;
    secret?: boolean;
  }
  const { config, ...project } = parse(readFileSync("Pulumi.yaml", "utf8")) as { config: Record<string, Declared> };

  it("declares the program's runtime", () => {
    assert.deepEqual(project, {
      name: "ape-deploy",
      description: "APE 2026 (API, TimescaleDB, Neo4j, Redis) on AWS or Google Cloud at one of four load tiers",
      runtime: {
        name: "nodejs",
        options: {
          typescript: true,
          tsconfig: "tsconfig.json",
          packagemanager: "npm",
          nodeargs: "--stack-trace-limit=1",
        },
      },
      requiredPulumiVersion: ">=3.238.0",
    });
  });

  it("declares every key, described, in types that the engine knows", () => {
    assert.deepEqual(Object.keys(config), KEY_NAMES);
    Object.entries(config).forEach(([name, { type, items, description, secret }]) => {
      assert.ok(["string", "integer", "boolean", "array", "object"].includes(type), name);
      assert.equal(items?.type, type === "array" ? "string" : undefined, name);
      assert.ok((description ?? "").length > 10, name);
      assert.equal(secret, undefined, "the engine refuses a secret's default: it is not encrypted");
    });
  });

  it("has defaults of the declared types when read as YAML 1.1, as the engine does", () => {
    const read = parse(readFileSync("Pulumi.yaml", "utf8"), { version: "1.1" }) as { config: Record<string, Declared> };
    Object.entries(read.config).forEach(([name, { type, default: value }]) => {
      const kind = Array.isArray(value) ? "array" : value instanceof Date ? "date" : typeof value;
      assert.equal(value === undefined ? type : kind, type === "integer" ? "number" : type, name);
    });
  });

  it("requires exactly the keys without a default", () => {
    const required = Object.keys(config).filter((name) => config[name]!.default === undefined);
    assert.deepEqual(required, ["cloud", "tier", "owner", "costCentre", "apiImage"]);
  });

  it("has defaults that change nothing", () => {
    const defaults = Object.fromEntries(Object.entries(config).map(([name, key]) => [name, key.default]));
    const values = { cloud: "aws", tier: "t2", owner: "a", costCentre: "b", apiImage: KEYS.apiImage.example };
    const where = { organization: "organization", stack: "dev" };
    assert.deepEqual(parseConfig({ ...where, values: { ...defaults, ...values } }), parseConfig({ ...where, values }));
  });
});

describe("the examples in messages and documentation", () => {
  KEY_NAMES.filter((name) => name !== "kubeconfig").forEach((name) => {
    it(`are valid: ${name}`, () => {
      const key = KEYS[name] as Key<unknown>;
      assert.doesNotThrow(() => key.parse(parse(key.example)));
    });
  });

  Object.entries(SIZES).forEach(([service, sizes]) =>
    Object.entries(sizes).forEach(([name, size]: [string, Size<unknown>]) => {
      it(`are valid: overrides.${service}.${name}`, () => {
        assert.doesNotThrow(() => size.parse(parse(size.example)));
      });
    }),
  );
});

describe("the stacks' files", () => {
  const load = (stack: string, settings: readonly string[] = []): ReturnType<typeof parseConfig> => {
    const { values, secretKeys } = readStackFile(stack);
    return parseConfig({ organization: "organization", stack, values: applySettings(values, settings), secretKeys });
  };

  it("are these", () => assert.deepEqual(knownStacks(), ["dev", "prod"]));

  CLOUDS.forEach((cloud) => {
    it(`are valid on ${cloud}`, () => {
      const dev = load("dev", [`cloud=${cloud}`]);
      assert.deepEqual([dev.tier, dev.zones.length, dev.placement, dev.highlyAvailable], ["t1", 1, "packed", false]);
      const prod = load("prod", [`cloud=${cloud}`]);
      assert.deepEqual(
        [prod.tier, prod.zones.length, prod.placement, prod.highlyAvailable, prod.neo4j.members],
        ["t3", 3, "dedicated", true, 3],
      );
      assert.ok(prod.deletionProtection);
    });
  });
});
