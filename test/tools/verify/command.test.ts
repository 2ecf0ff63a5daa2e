import assert from "node:assert/strict";
import { command } from "../../support/command";

describe("npm run verify", function () {
  this.timeout(60_000);

  for (const [args, status, message] of [
    [["--stack", "nope"], 2, /^no such stack: nope \(stacks: .*dev.*\)\n$/],
    [["--wait", "soon"], 2, /^--wait soon: expected seconds, minutes or hours, for example --wait 10m\n$/],
    [["--url", "api.example.com"], 2, /^--url api\.example\.com: expected an http or https URL, for example /],
    [["--record", "record.txt"], 2, /^--record record\.txt: expected a Markdown file, for example /],
    [["--stack", "not-running", "--rehearsal"], 1, /^not-running is not being rehearsed\n$/],
  ] as const) {
    it(`refuses ${args.join(" ")}`, () => {
      const run = command("verify", args);
      assert.equal(run.status, status, run.error);
      assert.equal(run.out, "");
      assert.match(run.error, message);
    });
  }
});
