/** Reports progress, one line each. Nothing is reported in the first two seconds. */
export function slowProgress(write: (line: string) => unknown, now: () => number = Date.now): (what: string) => void {
  const begun = now();
  let last = "";
  return (what) => {
    if (now() - begun >= QUIET_MS && what !== last) {
      last = what;
      write(`${what}\n`);
    }
  };
}

const QUIET_MS = 2000;
