import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { unbootedSession, type Session } from "../../rehearsal/providers/session";

export interface ServeOptions {
  readonly stack: string;
  readonly set: readonly string[];
  readonly boot: boolean;
  readonly keep: boolean;
  readonly json: boolean;
}

export async function serve(options: ServeOptions): Promise<void> {
  const directory = resolve(join(".cache", "cloud", options.stack));
  mkdirSync(directory, { recursive: true });
  const session = await unbootedSession(directory);
  print(session, options);
  await interrupted();
  session.stop();
  if (!options.keep) {
    rmSync(directory, { recursive: true });
  }
}

function print({ environment }: Session, { json }: ServeOptions): void {
  if (json) {
    console.log(JSON.stringify(environment));
    return;
  }
  for (const [name, value] of Object.entries(environment)) {
    console.log(`export ${name}=${value}`);
  }
}

function interrupted(): Promise<void> {
  return new Promise((end) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => end());
    }
  });
}
