"use strict";
// The pack as one script: rules, tier table and catalogue. A published pack needs nothing of this repository then, and
// one that is used from a clone starts without a compiler. `node bundle.js` writes it to dist/, as publishing does.
const { join } = require("node:path");

/** How esbuild makes the script. */
const OPTIONS = {
  entryPoints: [join(__dirname, "index.ts")],
  outfile: join(__dirname, "dist/index.js"),
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  // The engine starts the pack with its copies of these, and there may be one copy only.
  external: ["@pulumi/*"],
  minifySyntax: true,
  logLevel: "warning",
};

/** The script's text, written nowhere: what a clone starts can't be out of date. */
function bundled() {
  const { buildSync } = require("esbuild");
  return buildSync({ ...OPTIONS, write: false }).outputFiles[0].text;
}

module.exports = { bundled };

if (require.main === module) {
  require("esbuild").buildSync(OPTIONS);
}
