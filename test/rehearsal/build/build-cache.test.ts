import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildOnce } from "../../../rehearsal/build/build-cache";

/** Above Linux's largest process id. */
const UNUSED_PID = 4_194_305;

describe("the build cache", () => {
  let folder: string;
  let path: string;
  let times: number;
  const build = async (unfinished: string): Promise<void> => {
    mkdirSync(unfinished);
    await sleep(10);
    times += 1;
    writeFileSync(join(unfinished, "content"), String(times));
  };
  const content = (of = path): string => readFileSync(join(of, "content"), "utf8");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cache-"));
    path = join(folder, "cache", "thing-1");
    times = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("builds once, also for concurrent callers", async () => {
    assert.deepEqual(await Promise.all([buildOnce(path, build), buildOnce(path, build)]), [path, path]);
    await buildOnce(path, build);
    assert.equal(times, 1);
    assert.deepEqual(readdirSync(join(folder, "cache")), ["thing-1"]);
  });

  it("caches nothing when a build fails, and builds again next time", async () => {
    const failing = async (unfinished: string): Promise<void> => {
      await build(unfinished);
      throw new Error("no space");
    };
    await assert.rejects(buildOnce(path, failing), /no space/);
    assert.deepEqual(readdirSync(join(folder, "cache")), []);
    await buildOnce(path, build);
    assert.equal(content(), "2");
  });

  it("uses what another process built meanwhile", async () => {
    await buildOnce(path, async (unfinished) => {
      await build(unfinished);
      mkdirSync(path);
      writeFileSync(join(path, "content"), "by another");
    });
    assert.equal(content(), "by another");
  });

  it("rebuilds what may no longer be used, and leaves the old version in place for its users", async () => {
    await buildOnce(path, build);
    await buildOnce(path, build, (which) => existsSync(which) && content(which) !== "1");
    assert.equal(content(), "2");
    assert.equal(content(`${path}.stale`), "1");
  });

  it("removes unfinished builds of processes that have ended", async () => {
    mkdirSync(`${path}.unfinished.${UNUSED_PID}`, { recursive: true });
    mkdirSync(join(folder, "cache", `thing-2.unfinished.${process.ppid}`));
    await buildOnce(path, build);
    assert.deepEqual(readdirSync(join(folder, "cache")), ["thing-1", `thing-2.unfinished.${process.ppid}`]);
  });
});
