import assert from "node:assert/strict";
import { bootStep } from "../../../rehearsal/machine/boot-step";

/** Lines as a node prints them, one per step of its boot. */
const CONSOLE: readonly (readonly [line: string, step: string, detail?: string])[] = [
  [
    "         Starting \x1b[0;1;39mdbus.service\x1b[0m - D-Bus System Message Bus...",
    "starting services",
    "dbus.service",
  ],
  [
    "[ 2789.17] cloud-init[81]: Get:2 http://deb.debian.org/debian trixie/main amd64 libunistring5 amd64 1.3-2 [477 kB]",
    "installing packages",
    "downloading libunistring5",
  ],
  [
    "[ 2790.49] cloud-init[81]: Setting up libnghttp2-14:amd64 (1.64.0-1.1+deb13u2) ...",
    "installing packages",
    "setting up libnghttp2-14",
  ],
  [`[ 2791.24] cloud-init[81]: ape-boot: running ${"0f".repeat(32)}`, "running the bootstrap"],
  ["[ 2793.51] google_metadata_script_runner[9]: ape-boot: installing nginx haproxy", "installing packages", "nginx"],
  ["[ 2799.95] cloud-init[81]: Unpacking libicu76:amd64 (76.1-4) ...", "installing packages", "unpacking libicu76"],
  ["[ 2820.01] ape-node[12]: ape-boot: waiting for timescaledb-1 to serve", "waiting for timescaledb-1 to serve"],
];

describe("the current step of a boot", () => {
  for (const [line, step, detail] of CONSOLE) {
    it(`${step}${detail === undefined ? "" : `: ${detail}`}`, () =>
      assert.deepEqual(bootStep(`${line}\r\n`), detail === undefined ? { step } : { step, detail }));
  }

  it("is that of the last line that names one", () => {
    const lines = CONSOLE.map(([line]) => line);
    assert.deepEqual(bootStep([...lines, "[ 2821.00] something else"].join("\n")), {
      step: "waiting for timescaledb-1 to serve",
    });
  });

  it("is unspecific before the first line", () => assert.deepEqual(bootStep(""), { step: "starting" }));
});
