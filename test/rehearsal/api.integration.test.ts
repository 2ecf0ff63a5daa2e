// Test group: heavy
import { planStack } from "../../stacks/plan";
import { api } from "../../rehearsal/drills/api/api";
import { planFrom } from "../../planning/plan";
import { declareScenarios } from "../support/scenarios";
import { boot, assertDrillPasses } from "../support/rehearsal";

const STACK = "api-aws";
const MINUTE = 60_000;

describe("the API's nodes, booted on this machine with all stores", function () {
  this.timeout(20 * MINUTE);
  declareScenarios([
    {
      title: "aws",
      stack: STACK,
      boot: () => boot(planStack({ ...planFrom("prod", api.settings!).spec, stack: STACK }), api.services),
      steps: [
        {
          title: `pass the drill ${api.name}: ${api.description}`,
          run: (rehearsal) => assertDrillPasses(api, rehearsal),
        },
      ],
    },
  ]);
});
