// Starts a program like Pulumi's language host, but with mocks: ts-node with the project's tsconfig, then the program.
// Usage: node start.js PROGRAM [--until-planned]
const path = require("node:path");

const root = path.join(__dirname, "../..");
process.chdir(root);
const checked = process.env.BENCH_CHECK_TYPES !== undefined;
require("ts-node").register({
  project: "tsconfig.json",
  // The host's default; the project's tsconfig disables type checks (noCheck) and compiles with swc.
  ...(checked ? { transpileOnly: false, swc: false } : {}),
  compilerOptions: {
    target: "es6",
    module: "commonjs",
    moduleResolution: "node",
    ...(checked ? { noCheck: false } : {}),
  },
});
const pulumi = require("@pulumi/pulumi");
const { runInPulumiStack } = require("@pulumi/pulumi/runtime/stack");

async function main() {
  const [, , program, extent] = process.argv;
  const mocks = { newResource: ({ inputs }) => ({ id: undefined, state: inputs }), call: () => ({}) };
  await pulumi.runtime.setMocks(mocks, "ape-deploy", process.env.BENCH_STACK, true, "organization");
  await runInPulumiStack(async () => {
    const run = require(path.resolve(root, program));
    if (extent === "--until-planned") {
      require(path.join(root, "stacks/load.ts")).loadStack();
      require(path.join(root, "components/platform/aws/platform.ts"));
      return {};
    }
    return run();
  });
}

main();
