import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { processStartTime, until } from "../../../rehearsal/system/process";

describe("the start time of a process", function () {
  before(function () {
    if (process.platform !== "linux") {
      console.log("      skipped: requires /proc of Linux");
      this.skip();
    }
  });

  it("does not change on exec and is undefined once it has ended", async () => {
    const child = spawn("sh", ["-c", "read line; exec cat"], { stdio: ["pipe", "ignore", "ignore"] });
    const pid = child.pid!;
    const started = processStartTime(pid);
    assert.match(started!, /^\d+$/);
    child.stdin.write("go on\n");
    assert.ok(await until(() => readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("cat"), 5000, 1));
    assert.equal(processStartTime(pid), started);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(processStartTime(pid), undefined);
  });
});
