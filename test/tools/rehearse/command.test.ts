import assert from "node:assert/strict";
import { command } from "../../support/command";

describe("npm run rehearse", () => {
  it("leaves options after the node to the command that it runs there", function () {
    if (process.platform !== "linux" || process.getuid?.() !== 0) {
      console.log("      skipped: requires Linux and root");
      this.skip();
    }
    const { status, error } = command("rehearse", ["shell", "--stack", "no-such-stack", "node-1", "ls", "--all"]);
    assert.equal(error, "no-such-stack is not being rehearsed\n");
    assert.equal(status, 1);
  });

  it("refuses options that it does not know", () => {
    const { status, error } = command("rehearse", ["status", "--all"]);
    assert.match(error, /unknown option '--all'/);
    assert.equal(status, 2);
  });
});
