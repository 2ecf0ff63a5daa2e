import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../system/process";

/** What this program is making, by its path. */
const making = new Map<string, Promise<string>>();

/**
 * A folder that is slow to make, and so made once and kept between runs. `make` fills a folder beside it, which takes its
 * place once it is whole. Whoever asks for the same one meanwhile waits for it; of two programs that make one each, the
 * first to end is kept. Returns its path.
 * @param usable whether what is there may be used; one that may not stays beside the new one as `<path>.stale`
 */
export function buildOnce(
  path: string,
  make: (unfinished: string) => Promise<void>,
  usable: (path: string) => boolean = existsSync,
): Promise<string> {
  let made = making.get(path);
  if (made === undefined) {
    made = ensure(path, make, usable).finally(() => making.delete(path));
    making.set(path, made);
  }
  return made;
}

async function ensure(
  path: string,
  make: (unfinished: string) => Promise<void>,
  usable: (path: string) => boolean,
): Promise<string> {
  if (usable(path)) {
    return path;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  await removeAbandoned(dirname(path));
  const unfinished = `${path}.unfinished.${process.pid}`;
  try {
    await make(unfinished);
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

/** What was never finished, and whose maker has ended. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const maker = /\.unfinished\.(\d+)$/.exec(name)?.[1];
    if (maker !== undefined && !existsSync(`/proc/${maker}`)) {
      await remove(join(folder, name));
    }
  }
}

/** Removes a folder if it is there; nothing that is mounted in it is touched. */
export async function remove(path: string): Promise<void> {
  await run(["rm", "-rf", "--one-file-system", path]);
}
