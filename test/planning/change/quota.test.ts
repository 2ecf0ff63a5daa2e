import assert from "node:assert/strict";
import type { ChangeReport } from "../../../planning/change/report";
import { reported } from "./fixtures";

function uses({ quotas }: ChangeReport): Record<string, readonly number[]> {
  return Object.fromEntries(quotas.map(({ code, before, after, peak }) => [code, [before, after, peak]]));
}

describe("the quotas that a change needs", function () {
  this.timeout(60_000);

  it("count a node once when it stops and starts, and the API's group twice while its members are replaced", async () => {
    const { quotas, nodes } = await reported("prod", [], ["tier=t4"]);
    const { before, after, peak } = quotas.find(({ code }) => code === "L-1216C47A")!;
    assert.equal(nodes.length, 9);
    // 5 members of 2 vCPU at most, then 4 of 4: both run while they are replaced.
    assert.equal(peak, after + 5 * 2, String([before, after, peak]));
  });

  it("count new nodes beside old ones, which the engine deletes last", async () => {
    const { quotas } = await reported("prod", [], ["placement=packed"]);
    const { before, after, peak } = quotas.find(({ code }) => code === "L-1216C47A")!;
    assert.ok(peak > before && after < before, String([before, after, peak]));
  });

  it("are by family on Google Cloud: E2 has the common one", async () => {
    const codes = Object.keys(uses(await reported("prod", ["cloud=gcp"], ["tier=t4"])));
    assert.ok(codes.includes("CPUS") && codes.some((code) => /^(N2D?|C2D?)_CPUS$/.test(code)), codes.join());
    assert.ok(codes.includes("STATIC_ADDRESSES"));
  });

  it("include the addresses of NAT gateways", async () => {
    const { quotas } = await reported("prod", [], ["nat=per-zone"]);
    const { before, after, command } = quotas.find(({ code }) => code === "L-0263D0A3")!;
    assert.deepEqual([before, after], [1, 3]);
    assert.match(command, /^aws service-quotas get-service-quota .*--quota-code L-0263D0A3 --region us-east-1/);
  });

  it("name the zones that must offer a machine type", async () => {
    const { offerings } = await reported("prod", ["cloud=gcp"], ["overrides.redis.instanceType=n2-standard-2"]);
    assert.deepEqual(
      offerings.map(({ machine, zones }) => [machine, zones]),
      [["n2-standard-2", ["us-central1-a", "us-central1-b", "us-central1-c"]]],
    );
    assert.match(offerings[0]!.command, /--zones us-central1-a,us-central1-b,us-central1-c/);
  });
});
