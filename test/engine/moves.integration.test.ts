import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLOUDS } from "../../components/model/cloud";
import { EngineStack, enginePresent, NOTHING_LEFT, UP } from "../support/engine-stack";

const DATA = /:(Volume|Disk|Bucket)$/;
const ATTACHMENT = /:(VolumeAttachment|AttachedDisk)$/;

/** Changes that move disks, and changes that must not begin. The clouds are as in stacks.integration.test.ts. */
describe("disks on a real engine", function () {
  this.timeout(1_800_000);
  let folder: string;

  before(function () {
    if (!enginePresent(this)) return;
    folder = mkdtempSync(join(tmpdir(), "ape-engine-"));
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  for (const cloud of CLOUDS) {
    describe(cloud, () => {
      let stack: EngineStack;

      const ids = (types: RegExp): string[] =>
        stack
          .resources()
          .filter(({ type }) => types.test(type))
          .map(({ urn, id }) => `${urn} ${id}`)
          .sort();
      const urns = (types: RegExp): string[] => ids(types).map((line) => line.split(" ")[0]!);

      before(() => {
        stack = new EngineStack(folder, `moves-${cloud}`, "prod");
        stack.set({ cloud, placement: "dedicated" });
        stack.pulumi(...UP);
      });

      for (const placement of ["packed", "dedicated"]) {
        it(`move to ${placement} nodes in one update, and stay the same disks`, () => {
          const [data, attachments] = [ids(DATA), urns(ATTACHMENT)];
          stack.set({ placement });
          stack.pulumi(...UP);
          stack.pulumi(...NOTHING_LEFT);
          assert.deepEqual(ids(DATA), data);
          assert.deepEqual(urns(ATTACHMENT), attachments);
        });
      }

      for (const [what, change, back, says] of [
        ["another network", { networkCidr: "10.80.0.0/16" }, { networkCidr: "10.60.0.0/16" }, /networkCidr: "10.80/],
        ["fewer members", { highAvailability: "false" }, { highAvailability: "true" }, /redis-2, redis-3/],
      ] as const) {
        it(`${what}: refused at the preview and in an update, before anything changes`, () => {
          const before = ids(/./);
          stack.set(change);
          for (const command of [["preview"], UP]) {
            const output = stack.refused(...command);
            const diagnostics = output.split("Diagnostics:")[1]!;
            assert.match(diagnostics, says);
            assert.equal(diagnostics.match(/Nothing was changed/g)?.length, 1, output);
          }
          assert.deepEqual(ids(/./), before);
          stack.set(back);
          stack.pulumi(...NOTHING_LEFT);
        });
      }

      it("destroy is refused before it deletes anything in the cloud", () => {
        const custom = (): string[] => ids(/^(aws|gcp|random):/);
        const before = custom();
        for (const options of [[], ["--skip-preview"], ["--skip-preview", "--continue-on-error"]]) {
          assert.match(stack.refused("destroy", "--yes", ...options), /deletionProtection.* cannot be deleted/);
        }
        assert.deepEqual(custom(), before);
      });

      it("destroy deletes everything once the protection is off", () => {
        stack.set({ deletionProtection: "false" });
        stack.pulumi(...UP);
        stack.pulumi("destroy", "--yes", "--skip-preview");
        assert.deepEqual(stack.resources(), []);
      });
    });
  }
});
