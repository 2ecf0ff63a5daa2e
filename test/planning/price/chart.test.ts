import assert from "node:assert/strict";
import type { Summary } from "../../../cost/summary";
import { chart, type Bar } from "../../../planning/price/chart";
import { boxes, overlapping } from "../../support/svg";

/** A bar that costs and may cost so many dollars. */
function bar(usd: number, budgetUsd: number): Bar {
  const services = { api: { machines: usd * 100 }, timescaledb: {}, neo4j: {}, redis: {}, stack: {} };
  const summary = {
    services: services as unknown as Summary["services"],
    cents: usd * 100,
    budgetCents: budgetUsd * 100,
  };
  return { tier: "t1", cloud: "aws", summary };
}

describe("the chart of prices", () => {
  it("writes no sum over a budget's line, wherever that is", () => {
    for (let budget = 900; budget <= 1300; budget += 5) {
      const { texts, lines } = boxes(chart([bar(1000, budget), bar(2000, 1500)]));
      const sums = texts.filter(({ text }) => text === "$1,000").filter(({ left }) => left > 70);
      assert.equal(sums.length, 1);
      assert.deepEqual(
        overlapping(
          sums,
          lines.filter(({ dashed }) => dashed),
        ),
        [],
        `budget ${budget}`,
      );
    }
  });

  it("has a grid of round figures that reaches the highest bar or budget", () => {
    const figures = (usd: number, budget: number): string[] =>
      boxes(chart([bar(usd, budget)]))
        .texts.filter(({ right }) => right < 70)
        .map(({ text }) => text);
    assert.deepEqual(figures(1224, 2000), ["$0", "$500", "$1,000", "$1,500", "$2,000"]);
    assert.deepEqual(figures(2439, 1100), ["$0", "$500", "$1,000", "$1,500", "$2,000", "$2,500"]);
    assert.deepEqual(figures(86, 140), ["$0", "$50", "$100", "$150"]);
  });
});
