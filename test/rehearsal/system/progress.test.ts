import assert from "node:assert/strict";
import { logProgress } from "../../../rehearsal/system/progress";

describe("progress in a log", () => {
  it("shows each new step at once and its details at most every 15 s", () => {
    const lines: string[] = [];
    let now = 0;
    const progress = logProgress(
      (line) => lines.push(line),
      () => now,
    );
    for (; now <= 20_000; now += 1000) {
      progress("node-1: installing packages", `${now / 1000} s`);
      progress("node-2: starting services");
    }
    assert.deepEqual(lines, [
      "node-1: installing packages: 0 s",
      "node-2: starting services",
      "node-1: installing packages: 15 s",
      "node-2: starting services",
    ]);
  });
});
