import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "../../../stacks/config/load";

const PROJECT = "ape-deploy";
const BASE = {
  cloud: "aws",
  tier: "t2",
  owner: "platform",
  costCentre: "ape",
  apiImage: "registry.example.com/ape/api:1.0.0",
};

/** Configures Pulumi's runtime as the engine does: primitives and JSON as strings, each key with its namespace. */
async function running(config: Record<string, string>, secret: readonly string[] = [], more = {}): Promise<void> {
  const nothing = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(nothing, PROJECT, "dev", true, "acme");
  const behind = (key: string): string => `${PROJECT}:${key}`;
  const own = Object.fromEntries(Object.entries(config).map(([key, value]) => [behind(key), value]));
  pulumi.runtime.setAllConfig({ ...own, ...more }, secret.map(behind));
}

describe("the running program's config", () => {
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("is that of its project, stack and organization", async () => {
    const engineDefaults = { zones: "auto", overrides: "{}", allowedClientCidrs: '["0.0.0.0/0"]', kubeconfig: "" };
    await running({ ...BASE, ...engineDefaults }, [], { "aws:region": "eu-west-1", "other:tier": "t4" });
    const { stack, organization, tier, region } = loadConfig();
    assert.deepEqual([stack, organization, tier, region], ["dev", "acme", "t2", "us-east-1"]);
  });

  it("uses gcp:project as the account on gcp, unless account is set", async () => {
    const gcp = { "gcp:project": "ape-production" };
    await running({ ...BASE, cloud: "gcp", account: "" }, [], gcp);
    assert.equal(loadConfig().account, "ape-production");
    await running({ ...BASE, cloud: "gcp", account: "ape-staging" }, [], gcp);
    assert.equal(loadConfig().account, "ape-staging");
    await running(BASE, [], gcp);
    assert.equal(loadConfig().account, "");
  });

  it("accepts an encrypted kubeconfig and drops its value", async () => {
    const cluster = { apiRuntime: "kubernetes", kubernetesCidrs: '["10.8.0.0/14"]', kubeconfig: "canary" };
    await running({ ...BASE, ...cluster }, ["kubeconfig"]);
    assert.doesNotMatch(JSON.stringify(loadConfig()), /canary/);
  });

  it("is refused with one RunError that shows no secret", async () => {
    await running({ ...BASE, tier: "t9", owner: "canary", kubeconfg: "canary", zones: "7" }, ["owner", "kubeconfg"]);
    assert.throws(loadConfig, (error: unknown) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.match(error.message, /has 4 problems/);
      assert.match(error.message, /kubeconfg: \(not shown\)\n {2}why: {5}unknown key; did you mean kubeconfig\?/);
      assert.doesNotMatch(error.message, /canary/);
      return true;
    });
  });

  it("is refused when its kubeconfig is not encrypted", async () => {
    await running({ ...BASE, kubeconfig: "canary" });
    assert.throws(loadConfig, /kubeconfig: \[secret\]\n {2}why: {5}it must be encrypted/);
  });
});
