import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fromKeys, fromRules, fromStack } from "../../../tools/docs/generated";

describe("the files generated from config keys, policies and the prod stack", () => {
  [...fromKeys(), ...fromRules(), ...fromStack()].forEach(({ path, content }) => {
    it(`${path.split("/").at(-1)} is current`, () => {
      assert.equal(readFileSync(path, "utf8"), content, 'run "npm run docs"');
    });
  });
});
