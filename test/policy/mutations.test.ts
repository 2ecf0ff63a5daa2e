import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { judgeAll, type Violation } from "../../policy/judge";
import { contextOf } from "../../policy/settings";
import { RULES } from "../../policy/rules";
import type { Judged } from "../../planning/record";
import { viewOf } from "../../planning/policy/view";
import { clean, CLEAN_CELLS, type Clean } from "./clean";
import { AWS_MUTATIONS } from "./mutations/aws";
import { CLUSTER_MUTATIONS } from "./mutations/clusters";
import { GCP_MUTATIONS } from "./mutations/gcp";
import { KUBERNETES_MUTATIONS } from "./mutations/kubernetes";
import { withInput, type Mutation } from "./mutations/mutation";
import { PASSING } from "./mutations/passing";
import { STACK_MUTATIONS } from "./mutations/stack";

const MUTATIONS: readonly Mutation[] = [
  ...AWS_MUTATIONS,
  ...GCP_MUTATIONS,
  ...CLUSTER_MUTATIONS,
  ...KUBERNETES_MUTATIONS,
  ...STACK_MUTATIONS,
];

const RESOURCE_RULES = RULES.filter(({ kind }) => kind === "resource");
const STACK_RULES = RULES.filter(({ kind }) => kind === "stack");

describe("a plan with one property broken", function () {
  this.timeout(300_000);
  const stacks: Clean[] = [];
  before(async () => {
    for (const [cell, runtime] of CLEAN_CELLS) {
      stacks.push(await clean(cell, runtime));
    }
    // Two of the cells with a key of the user's own, which some rules ask for.
    for (const [cell, runtime] of CLEAN_CELLS.filter(
      ([{ cloud, tier }, on]) => cloud === "gcp" && tier !== "t2" && on === "vm",
    )) {
      stacks.push(
        await clean(cell, runtime, {
          kmsKey: "projects/ape-production/locations/us-central1/keyRings/ape/cryptoKeys/ape",
        }),
      );
    }
  });

  const judge = ({ context }: Clean, resources: readonly Judged[]): Violation[] =>
    judgeAll(RULES, viewOf(resources), context);

  /** Rules of resources know one at a time: those that are as before are clean as before. */
  const judgeChanged = ({ context, resources }: Clean, broken: readonly Judged[]): Violation[] => {
    const before = new Set(resources);
    const changed = broken.filter((resource) => !before.has(resource));
    return [...judgeAll(RESOURCE_RULES, viewOf(changed), context), ...judgeAll(STACK_RULES, viewOf(broken), context)];
  };

  it("are all clean before", () => {
    assert.deepEqual(
      stacks.flatMap((stack) =>
        judge(stack, stack.resources).map(({ rule, message }) => `${stack.name} ${rule.name} ${message}`),
      ),
      [],
    );
  });

  MUTATIONS.forEach((mutation) => {
    it(`${mutation.rule}: ${mutation.what}`, () => {
      let tried = 0;
      for (const stack of stacks.filter((each) => mutation.values === undefined || each.context.kmsKey !== "")) {
        const broken = mutation.apply(stack.resources);
        if (broken === undefined) {
          continue;
        }
        tried += 1;
        const found = mutation.withoutConfig
          ? judge({ ...stack, context: contextOf({ today: "2026-06-01" }) }, broken)
          : judgeChanged(stack, broken);
        assert.deepEqual(
          [...new Set(found.map(({ rule }) => rule.name))],
          [mutation.rule],
          `${stack.name}: ${found.map(({ rule, message }) => `${rule.name} ${message}`).join("\n")}`,
        );
      }
      assert.ok(tried > 0, "it could be tried in no stack");
    });
  });

  it("are 150 or more", () => assert.ok(MUTATIONS.length >= 150, String(MUTATIONS.length)));

  it("break every rule once or more", () => {
    const broken = new Set(MUTATIONS.map(({ rule }) => rule));
    assert.deepEqual(
      RULES.map(({ name }) => name).filter((name) => !broken.has(name) && !LIMITED.includes(name)),
      [],
    );
    assert.deepEqual(
      [...broken].filter((name) => !RULES.some((rule) => rule.name === name)),
      [],
    );
  });

  it("are right with one resource or more of each rule's types", () => {
    const seen = new Set([
      ...stacks.flatMap(({ resources }) => resources.map(({ type }) => type)),
      ...PASSING.map(({ type }) => type),
    ]);
    const without = RULES.filter((rule) => rule.kind === "resource" && !rule.types.some((type) => seen.has(type)));
    assert.deepEqual(
      without.map(({ name }) => name),
      // These forbid their types altogether: the plans have none.
      ["no-long-lived-keys"],
    );
  });

  PASSING.forEach(({ type, inputs, protect = false }) => {
    it(`passes ${type} as it should be: ${JSON.stringify(inputs).slice(0, 70)}`, () => {
      const cloud = type.split(":")[0];
      const stack = stacks.find((each) => each.cell.cloud === cloud)!;
      const added = {
        urn: `urn:pulumi:test::ape-deploy::${type}::right`,
        type,
        name: "right",
        parent: "",
        dependsOn: [],
        retainOnDelete: true,
      };
      const labels =
        cloud === "aws" ? { tags: stack.resources.find((each) => each.type === "aws:ec2/vpc:Vpc")!.inputs.tags } : {};
      const resource = { ...added, protect, references: {}, inputs: { ...labels, ...inputs } };
      assert.deepEqual(
        judge(stack, [...stack.resources, resource]).map(({ rule, message }) => `${rule.name} ${message}`),
        [],
      );
    });
  });

  describe("by a value that is not known yet", () => {
    MUTATIONS.filter(({ at, reference }) => at !== undefined && reference !== true).forEach((mutation) => {
      it(`${mutation.rule} is unjudged: ${mutation.what.split(" = ")[0]}`, () => {
        const { type, path, where } = mutation.at!;
        const stack = stacks.find((each) =>
          each.resources.some((resource) => resource.type === type && where(resource)),
        )!;
        const target = stack.resources.find((each) => each.type === type && where(each))!;
        const resources = stack.resources.map((each) =>
          each === target ? withInput(each, path, pulumi.runtime.unknownValue) : each,
        );
        const found = judge(stack, resources).filter(({ rule }) => rule.name === mutation.rule);
        assert.deepEqual([...new Set(found.map(({ unjudged }) => unjudged))], [true]);
      });
    });
  });
});

/** These have smallest steps over their limits instead: limits.test.ts, budget.test.ts. */
const LIMITED = ["tier-instances", "tier-vcpu", "tier-memory", "budget-monthly"];
