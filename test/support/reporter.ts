import { reporters, Runner, type MochaOptions } from "mocha";

/** Mocha's spec report with a machine-readable last line. */
export = class CountingReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      process.on("exit", () => process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`));
    });
  }
};
