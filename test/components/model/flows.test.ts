import assert from "node:assert/strict";
import { flowName, flowRules } from "../../../components/model/flows";

describe("flow rules", () => {
  const listens = [
    { port: 6379, from: ["api", "redis"] as const, protocol: "Redis" },
    { port: 26379, from: ["api"] as const, protocol: "Sentinel" },
  ];

  it("come from the roles' declarations alone, each once, in a stable order", () => {
    const rules = flowRules([
      { service: "redis", listens },
      { service: "redis", listens },
      { service: "api", listens: [{ port: 8443, from: ["loadBalancer"], protocol: "API" }] },
    ]);
    assert.deepEqual(rules.map(flowName), [
      "api-8443-from-load-balancer",
      "redis-26379-from-api",
      "redis-6379-from-api",
      "redis-6379-from-redis",
    ]);
    assert.deepEqual(rules[1], { from: "api", to: "redis", port: 26379, protocol: "Sentinel" });
  });

  it("are none without declarations", () => assert.deepEqual(flowRules([{ service: "redis", listens: [] }]), []));
});
