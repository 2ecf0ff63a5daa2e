import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "./paths";
import { run } from "./shell";

/** S3 and Secrets Manager as a program: the one that AWS' own client libraries are tested with. */
export const MOTO = "moto[server,s3,secretsmanager]==5.2.5";

/** What starts the moto server; installed into a folder of its own when it isn't there yet. */
export async function motoServer(): Promise<string[]> {
  const directory = join(CACHE, MOTO.replace(/[^a-z0-9.]+/g, "-"));
  if (!existsSync(directory)) {
    const unfinished = `${directory}.unfinished.${process.pid}`;
    await run(["python3", "-m", "venv", unfinished]);
    await run([
      join(unfinished, "bin", "python"),
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      MOTO,
    ]);
    if (existsSync(directory)) {
      rmSync(unfinished, { recursive: true });
    } else {
      renameSync(unfinished, directory);
    }
  }
  return [join(directory, "bin", "python"), "-m", "moto.server"];
}
