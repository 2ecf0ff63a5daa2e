import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { renderBundle } from "../../components/node/bootstrap/bundle";
import { DoesNotFitError } from "../../components/node/placement";
import { deployApe } from "../../stacks/ape";
import { ConfigError, parseConfig, type ConfigInput } from "../../stacks/config/load";
import { planStack, type StackPlan } from "../../stacks/plan";
import { record, type Recorded } from "../../planning/record";
import { priceBook } from "../../cost/prices/book";
import { estimate } from "../../cost/estimate";
import { sumCents } from "../../cost/line";
import { plannedResources } from "../../cost/resource";
import { usageOf } from "../../cost/usage";
import { validConfig } from "./arbitrary";

const NAMES = { project: "ape-deploy", organization: "organization", stack: "test", preview: true };

describe("any valid config", function () {
  this.timeout(120_000);

  it("is planned with a machine, a unique address and a bootstrap for every node, or refused because it does not fit", () => {
    fc.assert(
      fc.property(validConfig(), (input) => {
        const plan = planned(input);
        if (plan === undefined) return;
        const addresses = plan.nodes.map((node) => node.address);
        assert.equal(new Set(addresses).size, addresses.length);
        plan.nodes.forEach((node) => {
          const services = node.roles.map(({ role }) => role.service);
          assert.equal(new Set(services).size, services.length);
          assert.ok(renderBundle(node.name, node.roles, plan.placed).script.length > 0);
        });
      }),
      { numRuns: 200 },
    );
  });

  it("deploys under mocks", async () => {
    await fc.assert(
      fc.asyncProperty(validConfig(), async (input) => {
        const plan = planned(input);
        if (plan === undefined) return;
        const kubeconfig = pulumi.secret("a kubeconfig");
        const { resources } = await record(() => deployApe(plan, { kubeconfig }), NAMES);
        assertPriced(plan, resources);
        assert.equal(new Set(resources.map(({ urn }) => urn)).size, resources.length);
      }),
      { numRuns: 25 },
    );
  });
});

describe("any invalid config", () => {
  it("fails before anything is registered", async () => {
    const broken = fc.tuple(
      validConfig(),
      fc.constantFrom("tier", "cloud", "owner", "apiImage", "networkCidr", "teir"),
    );
    await fc.assert(
      fc.asyncProperty(broken, async ([input, key]) => {
        let registered = 0;
        const program = async (): Promise<object> =>
          deployApe(planStack(parseConfig({ ...input, values: { ...input.values, [key]: "!" } })), {});
        const counting = record(program, {
          ...NAMES,
          computed: ({ type }) => ({ seen: type.startsWith("pulumi:") ? 0 : registered++ }),
        });
        await assert.rejects(
          counting,
          (error) => error instanceof ConfigError && error.problems.some((problem) => problem.key === key),
        );
        assert.equal(registered, 0);
      }),
      { numRuns: 50 },
    );
  });
});

/** The plan, or undefined when the planner reports that the requested sizes fit no machine. */
function planned(input: ConfigInput): ReturnType<typeof planStack> | undefined {
  const spec = parseConfig(input);
  try {
    return planStack(spec);
  } catch (error) {
    assert.ok(error instanceof DoesNotFitError, String(error));
    return undefined;
  }
}

/** Every planned resource has a price in whole cents, in any order. Pods of an existing cluster have none; Cloud Armor's is unknown. */
function assertPriced({ spec }: StackPlan, resources: readonly Recorded[]): void {
  const planned = plannedResources(resources);
  const args = { book: priceBook(spec.cloud), usage: usageOf(spec.tier) };
  const priced = estimate(planned, args);
  assert.ok(priced.lines.every(({ cents }) => Number.isInteger(cents) && cents >= 0));
  assert.equal(priced.cents, sumCents(priced.lines));
  assert.deepEqual(estimate([...planned].reverse(), args), priced);
  const isPublic = spec.api.kubernetes?.cluster.kind !== "existing";
  const shielded = spec.cloud === "gcp" && isPublic && !spec.allowedClientCidrs.includes("0.0.0.0/0");
  assert.deepEqual(
    priced.unpriced.map(({ type }) => type),
    [
      ...(isPublic ? [] : ["kubernetes:apps/v1:Deployment"]),
      ...(shielded ? ["gcp:compute/securityPolicy:SecurityPolicy"] : []),
    ],
  );
}
