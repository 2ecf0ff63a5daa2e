import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../system/process";

/** Builds that are running in this process, by path. */
const running = new Map<string, Promise<string>>();

/**
 * Builds a directory once and caches it between runs. `build` fills a temporary directory next to it, which is renamed
 * when it is complete. Concurrent callers in this process share one build; if two processes build the same directory, the
 * first to finish wins. Returns the path.
 * @param usable whether a cached directory may be used. One that may not is renamed to `<path>.stale`. Default: it exists.
 */
export function buildOnce(
  path: string,
  build: (unfinished: string) => Promise<void>,
  usable: (path: string) => boolean = existsSync,
): Promise<string> {
  let result = running.get(path);
  if (result === undefined) {
    result = ensure(path, build, usable).finally(() => running.delete(path));
    running.set(path, result);
  }
  return result;
}

async function ensure(
  path: string,
  build: (unfinished: string) => Promise<void>,
  usable: (path: string) => boolean,
): Promise<string> {
  if (usable(path)) {
    return path;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  await removeAbandoned(dirname(path));
  const unfinished = `${path}.unfinished.${process.pid}`;
  try {
    await build(unfinished);
    if (!usable(path)) {
      if (existsSync(path)) {
        renameSync(path, `${path}.stale`);
      }
      renameSync(unfinished, path);
    }
  } finally {
    await remove(unfinished);
  }
  return path;
}

/** Removes unfinished builds whose process has ended. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const builder = /\.unfinished\.(\d+)$/.exec(name)?.[1];
    if (builder !== undefined && !existsSync(`/proc/${builder}`)) {
      await remove(join(folder, name));
    }
  }
}

/** Removes a directory if it exists, without crossing into mounted file systems. */
export async function remove(path: string): Promise<void> {
  await run(["rm", "-rf", "--one-file-system", path]);
}
