"use strict";
// Entry point for the engine: in a clone it bundles the sources, in a published pack it loads dist/.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

if (existsSync(join(__dirname, "index.ts"))) {
  const { bundled } = require("./bundle.js");
  module._compile(bundled(), __filename);
} else {
  require("./dist/index.js");
}
