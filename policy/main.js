"use strict";
// Where the engine starts the pack: in a clone of the repository from its sources, once published from dist/.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

if (existsSync(join(__dirname, "index.ts"))) {
  const { bundled } = require("./bundle.js");
  module._compile(bundled(), __filename);
} else {
  require("./dist/index.js");
}
