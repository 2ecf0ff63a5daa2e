import assert from "node:assert/strict";
import { planStack } from "../../../stacks/plan";
import { api } from "../../../tools/drills/api/api";
import { report } from "../../../tools/drills/report";
import { rehearsedFor, runDrill } from "../../../tools/drills/run";
import { planFrom } from "../../../tools/plan/plan";
import { takeDown } from "../../../tools/rehearsal/rehearsal";
import { canBoot } from "../../support/rehearsal";

const STACK = "api-aws";
const MINUTE = 60_000;
const PLAIN = { bold: (text: string) => text, dim: (text: string) => text };

describe("the API's nodes, booted on this machine with all stores", function () {
  this.timeout(20 * MINUTE);

  before(function () {
    canBoot(this, STACK);
  });
  after(() => takeDown(STACK));

  it(`hold in the drill ${api.name}: ${api.description}`, async () => {
    const { spec } = planFrom("prod", api.settings!);
    const { rehearsal } = await rehearsedFor(api, planStack({ ...spec, stack: STACK }), () => undefined);
    const record = await runDrill(api, rehearsal, () => undefined);
    console.log(report(record, PLAIN).replace(/^/gm, "      "));
    assert.deepEqual(
      record.scenarios.flatMap(({ scenario, violations }) => violations.map((text) => `${scenario}: ${text}`)),
      [],
    );
    assert.equal(record.scenarios.length, 7);
  });
});
