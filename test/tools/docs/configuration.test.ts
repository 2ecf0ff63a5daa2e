import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fromKeys } from "../../../tools/docs/generated";

describe("pages generated from the config keys and the policies", () => {
  fromKeys().forEach(({ path, content }) => {
    it(`${path.split("/").at(-1)} is current`, () => {
      assert.equal(readFileSync(path, "utf8"), content, 'run "npm run docs"');
    });
  });
});
