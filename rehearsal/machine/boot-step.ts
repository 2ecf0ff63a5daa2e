/** What a booting machine is doing. */
export interface BootStep {
  readonly step: string;
  /** For example the package that is being installed. */
  readonly detail?: string;
}

interface StepPattern {
  readonly pattern: RegExp;
  readonly step: (match: RegExpExecArray) => BootStep;
}

const PACKAGES = "installing packages";

/** Lines of the console that name a step. The first pattern that matches a line counts. */
const PATTERNS: readonly StepPattern[] = [
  { pattern: /ape-boot: installing (\S+)/, step: ([, name]) => ({ step: PACKAGES, detail: name! }) },
  { pattern: /ape-boot: running [0-9a-f]{64}/, step: () => ({ step: "running the bootstrap" }) },
  { pattern: /ape-boot: (.+)/, step: ([, text]) => ({ step: text! }) },
  {
    pattern: /: Get:\d+ \S+ \S+ \S+ (\S+) \S+ \S+ \[/,
    step: ([, name]) => ({ step: PACKAGES, detail: `downloading ${name}` }),
  },
  {
    pattern: /: (Unpacking|Setting up) ([^\s:]+)/,
    step: ([, action, name]) => ({ step: PACKAGES, detail: `${action!.toLowerCase()} ${name}` }),
  },
  { pattern: /^ +Starting (\S+)/, step: ([, unit]) => ({ step: "starting services", detail: unit! }) },
];

// eslint-disable-next-line no-control-regex
const ESCAPE_SEQUENCE = /\x1b?\[[0-9;]*m/g;

/** The current step of a boot: that of the last line of its console which names one. */
export function bootStep(console: string): BootStep {
  for (const line of console.split("\n").reverse()) {
    const plain = line.replace(ESCAPE_SEQUENCE, "").trimEnd();
    for (const { pattern, step } of PATTERNS) {
      const match = pattern.exec(plain);
      if (match !== null) {
        return step(match);
      }
    }
  }
  return { step: "starting" };
}
