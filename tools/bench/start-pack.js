"use strict";
// Starts a policy pack like the engine and ends it when it prints its port. Usage: node start-pack.js FOLDER
const { spawn } = require("node:child_process");

const pack = spawn(process.execPath, [require.resolve("@pulumi/pulumi/cmd/run-policy-pack"), "127.0.0.1:0", "."], {
  cwd: process.argv[2],
  env: { ...process.env, PULUMI_CONFIG: "{}", PULUMI_NODEJS_TYPESCRIPT: "false" },
  stdio: ["ignore", "pipe", "inherit"],
});
pack.stdout.once("data", () => pack.kill());
pack.once("exit", (code) => (process.exitCode = code ?? 0));
