"use strict";
// The pack as one script: rules, tier table and catalogue. A published pack does not depend on this repository, and a pack
// used from a clone starts without a compiler. `node bundle.js` writes it to dist/, as publishing does.
const { join } = require("node:path");

/** esbuild options of the script. */
const OPTIONS = {
  entryPoints: [join(__dirname, "index.ts")],
  outfile: join(__dirname, "dist/index.js"),
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  // The engine provides these, and there must be one copy only.
  external: ["@pulumi/*"],
  minifySyntax: true,
  logLevel: "warning",
};

/** The script's text. Not written to disk, so a clone never starts an outdated one. */
function bundled() {
  const { buildSync } = require("esbuild");
  return buildSync({ ...OPTIONS, write: false }).outputFiles[0].text;
}

module.exports = { bundled };

if (require.main === module) {
  require("esbuild").buildSync(OPTIONS);
}
