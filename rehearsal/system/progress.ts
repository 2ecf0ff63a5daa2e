/** Reports what a program is doing: a step, and optionally a detail that changes often. */
export type Progress = (step: string, detail?: string) => void;

/** Milliseconds between two lines about the same step where progress is written to a log. */
const LOG_INTERVAL_MS = 15_000;

/** Step and detail as one line of text. */
export function progressText(step: string, detail?: string): string {
  return detail === undefined ? step : `${step}: ${detail}`;
}

/** Progress for a log: each new step at once, changes of its detail at most every 15 s. */
export function logProgress(show: (line: string) => void, now: () => number = Date.now): Progress {
  const shown = new Map<string, number>();
  return (step, detail) => {
    const last = shown.get(step);
    if (last === undefined || now() - last >= LOG_INTERVAL_MS) {
      shown.set(step, now());
      show(progressText(step, detail));
    }
  };
}

/** Progress on a stream: on a terminal details replace each other in one line, elsewhere as `logProgress`. */
export function streamProgress(stream: NodeJS.WriteStream, style: (text: string) => string = (text) => text): Progress {
  if (!stream.isTTY) {
    return logProgress((line) => void stream.write(`${style(line)}\n`));
  }
  return (step, detail) => {
    const width = stream.columns - 1;
    stream.write(`\r\x1b[K${style(progressText(step, detail).slice(0, width))}${detail === undefined ? "\n" : ""}`);
  };
}
