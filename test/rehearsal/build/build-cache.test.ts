import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildOnce } from "../../../rehearsal/build/build-cache";

/** Above what Linux gives to processes. */
const NOBODY = 4_194_305;

describe("what is kept between runs", () => {
  let folder: string;
  let path: string;
  let times: number;
  const make = async (unfinished: string): Promise<void> => {
    mkdirSync(unfinished);
    await sleep(10);
    times += 1;
    writeFileSync(join(unfinished, "made"), String(times));
  };
  const content = (of = path): string => readFileSync(join(of, "made"), "utf8");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kept-"));
    path = join(folder, "cache", "thing-1");
    times = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is made once, also for those who ask at the same time", async () => {
    assert.deepEqual(await Promise.all([buildOnce(path, make), buildOnce(path, make)]), [path, path]);
    await buildOnce(path, make);
    assert.equal(times, 1);
    assert.deepEqual(readdirSync(join(folder, "cache")), ["thing-1"]);
  });

  it("is not there when its making fails, and is made when it is asked for again", async () => {
    const failing = async (unfinished: string): Promise<void> => {
      await make(unfinished);
      throw new Error("no space");
    };
    await assert.rejects(buildOnce(path, failing), /no space/);
    assert.deepEqual(readdirSync(join(folder, "cache")), []);
    await buildOnce(path, make);
    assert.equal(content(), "2");
  });

  it("gives way to what another program made meanwhile", async () => {
    await buildOnce(path, async (unfinished) => {
      await make(unfinished);
      mkdirSync(path);
      writeFileSync(join(path, "made"), "by another");
    });
    assert.equal(content(), "by another");
  });

  it("is made anew when it may not be used any more; what stands on the old one goes on", async () => {
    await buildOnce(path, make);
    await buildOnce(path, make, (which) => existsSync(which) && content(which) !== "1");
    assert.equal(content(), "2");
    assert.equal(content(`${path}.stale`), "1");
  });

  it("leaves nothing of a program that ended while making", async () => {
    mkdirSync(`${path}.unfinished.${NOBODY}`, { recursive: true });
    mkdirSync(join(folder, "cache", `thing-2.unfinished.${process.ppid}`));
    await buildOnce(path, make);
    assert.deepEqual(readdirSync(join(folder, "cache")), ["thing-1", `thing-2.unfinished.${process.ppid}`]);
  });
});
