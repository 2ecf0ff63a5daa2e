import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import type { Fault } from "../reference-api/settings";
import { buildOnce, remove } from "./build-cache";
import { run } from "../system/process";
import type { Progress } from "../system/progress";
import { withRegistry } from "./registry";

/** Releases of the reference API: some work, some are broken on purpose. */
export const VERSIONS = {
  "1.0.0": {},
  "1.1.0": {},
  "1.2.0": { fault: "never-ready" },
  "1.3.0": { fault: "crash" },
} as const satisfies Readonly<Record<string, { readonly fault?: Fault }>>;
export type Version = keyof typeof VERSIONS;

/** The release that nodes run when they first boot. */
export const FIRST_VERSION: Version = "1.0.0";

const REPOSITORY = "ape/api";
/** User id inside the container; it exists on no node. */
const USER = 10_001;
const APP = "/app/api.js";

export interface ApiImages {
  /** The registry's storage directory. */
  readonly directory: string;
  readonly digests: Readonly<Record<Version, string>>;
}

/** Full reference of a release in the registry of the stack's `apiImage`. `planned` is that image. */
export function imageName(planned: string, digest: string): string {
  return `${registryHost(planned)}/${REPOSITORY}@${digest}`;
}

/** Host name of an image's registry. */
export function registryHost(image: string): string {
  return image.split("/")[0]!;
}

/** Builds images of the reference API into a registry's storage. Rebuilt when the program or Node.js changes. */
export async function apiImages(cache: string, progress: Progress): Promise<ApiImages> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, "..", "reference-api", "index.ts")],
    bundle: true,
    minify: true,
    write: false,
    platform: "node",
    target: `node${process.versions.node}`,
    external: ["pg-native"],
    logLevel: "error",
  });
  const program = outputFiles[0]!.contents;
  const identity = createHash("sha256")
    .update(program)
    .update(`${process.execPath} ${process.version}`)
    .update(readFileSync(__filename));
  const directory = await buildOnce(
    join(cache, `registry-${identity.digest("hex").slice(0, 16)}`),
    async (unfinished) => {
      progress("building the reference API's images");
      for (const name of readdirSync(cache).filter((each) => /^registry-(?!.*\.unfinished)/.test(each))) {
        await remove(join(cache, name));
      }
      await pack(unfinished, program);
    },
  );
  const digests = JSON.parse(readFileSync(join(directory, "digests.json"), "utf8")) as ApiImages["digests"];
  return { directory, digests };
}

async function pack(directory: string, program: Uint8Array): Promise<void> {
  const [root, layout] = [join(directory, "root"), join(directory, "layout")];
  await fill(root, program);
  const umoci = (...args: string[]): Promise<string> => run(["umoci", ...args]);
  await umoci("init", "--layout", layout);
  await umoci("new", "--image", `${layout}:base`);
  await umoci("insert", "--image", `${layout}:base`, root, "/");
  const digests: Record<string, string> = {};
  await withRegistry(directory, async (address) => {
    for (const [version, { fault }] of Object.entries(VERSIONS) as [Version, { fault?: Fault }][]) {
      await umoci("tag", "--image", `${layout}:base`, version);
      await umoci(
        "config",
        ...["--image", `${layout}:${version}`, "--config.user", `${USER}:${USER}`],
        ...["--config.entrypoint", "/usr/bin/node", "--config.entrypoint", APP],
        ...["--config.env", `APE_VERSION=${version}`],
        ...(fault === undefined ? [] : ["--config.env", `APE_FAULT=${fault}`]),
      );
      const digestFile = join(directory, "digest");
      await run([
        "skopeo",
        ...["copy", "--quiet", "--insecure-policy", "--dest-tls-verify=false", `--digestfile=${digestFile}`],
        ...[`oci:${layout}:${version}`, `docker://${address}/${REPOSITORY}:${version}`],
      ]);
      digests[version] = readFileSync(digestFile, "utf8").trim();
    }
  });
  rmSync(root, { recursive: true });
  rmSync(layout, { recursive: true });
  writeFileSync(join(directory, "digests.json"), JSON.stringify(digests));
}

/** Fills the image's root: this machine's Node.js, its shared libraries and the program. */
async function fill(root: string, program: Uint8Array): Promise<void> {
  const put = (from: string, to: string): void => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
  };
  put(process.execPath, "/usr/bin/node");
  const libraries = (await run(["ldd", process.execPath])).match(/\/\S+/g) ?? [];
  for (const library of libraries.filter((path) => basename(path).includes(".so"))) {
    put(library, library);
  }
  for (const directory of ["app", "tmp", "etc"]) {
    mkdirSync(join(root, directory), { recursive: true });
  }
  writeFileSync(join(root, "etc/passwd"), `ape:x:${USER}:${USER}::/:/sbin/nologin\n`);
  writeFileSync(join(root, APP), program);
}
