import { join } from "node:path";
import { buildOnce } from "./build-cache";
import { CACHE } from "../system/paths";
import { run } from "../system/process";

/**
 * Installs a Python package into a cached virtual environment. Returns the environment's bin directory. `requirement`
 * pins one version, for example "moto[server]==5.2.5".
 */
export async function pythonPrograms(requirement: string): Promise<string> {
  const directory = await buildOnce(join(CACHE, requirement.replace(/[^a-z0-9.]+/g, "-")), async (unfinished) => {
    await run(["python3", "-m", "venv", unfinished]);
    const python = join(unfinished, "bin", "python");
    await run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement]);
  });
  return join(directory, "bin");
}
