import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VERSIONS, type VersionName } from "../../../components/neo4j/version";
import { buildOnce } from "../build-cache";
import { run } from "../../system/process";
import type { Progress } from "../../system/progress";
import { neo4jJars } from "./jars";
import { neo4jPackage } from "./package";

/** Increment to rebuild the package from the same jars. */
const RECIPE = 2;
const SUITE = "stable";
/** File name on Neo4j's package server. */
const KEY_FILE = "neotechnology.gpg.key";

/** An APT archive with the Community server, in the layout of Neo4j's package server. */
export interface Neo4jArchive {
  readonly directory: string;
  /** Fingerprint of its signing key. */
  readonly fingerprint: string;
}

/**
 * Builds an archive of one Neo4j version, cached in `cache`. It is signed with a generated key that is deleted
 * afterwards.
 */
export async function neo4jArchive(cache: string, name: VersionName, progress: Progress): Promise<Neo4jArchive> {
  const { package: version, component } = VERSIONS[name];
  const release = version.replace(/^\d+:/, "");
  const directory = await buildOnce(join(cache, `neo4j-archive-${release}-${RECIPE}`), async (unfinished) => {
    progress(`downloading Neo4j ${release} from Maven Central`);
    const jars = await neo4jJars(cache, release);
    const lists = `dists/${SUITE}/${component}/binary-amd64`;
    mkdirSync(join(unfinished, lists), { recursive: true });
    mkdirSync(join(unfinished, "pool"));
    progress(`packaging Neo4j ${release}`);
    const { file, control } = await neo4jPackage(join(unfinished, "pool"), jars, version);
    writeFileSync(
      join(unfinished, lists, "Packages"),
      `${control}${await packageFields(unfinished, `pool/${file}`)}\n`,
    );
    await sign(unfinished, component, `${component}/binary-amd64/Packages`);
    rmSync(jars, { recursive: true });
  });
  return { directory, fingerprint: readFileSync(join(directory, "fingerprint"), "utf8") };
}

/** A file's fields in a package list that are not control fields. */
async function packageFields(archive: string, file: string): Promise<string> {
  const path = join(archive, file);
  const [sha256] = (await run(["sha256sum", path])).split(" ");
  return `Filename: ${file}\nSize: ${statSync(path).size}\nSHA256: ${sha256}\n`;
}

async function sign(archive: string, component: string, list: string): Promise<void> {
  const directory = join(archive, "dists", SUITE);
  const content = readFileSync(join(directory, list));
  const sum = createHash("sha256").update(content).digest("hex");
  const release = `Origin: rehearsal\nSuite: ${SUITE}\nCodename: ${SUITE}\nDate: ${new Date().toUTCString()}\nArchitectures: amd64\nComponents: ${component}\nSHA256:\n ${sum} ${content.length} ${list}\n`;
  const home = join(archive, "gnupg");
  mkdirSync(home, { mode: 0o700 });
  const gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
  await run([...gpg, "--quick-generate-key", "rehearsal", "ed25519", "sign", "never"]);
  await run([...gpg, "--clearsign", "--output", join(directory, "InRelease")], { input: release });
  writeFileSync(join(archive, KEY_FILE), await run([...gpg, "--armor", "--export"]));
  const listed = await run([...gpg, "--with-colons", "--list-keys"]);
  writeFileSync(join(archive, "fingerprint"), /^fpr:::::::::([0-9A-F]{40}):/m.exec(listed)![1]!);
  await run(["gpgconf", "--homedir", home, "--kill", "all"]);
  rmSync(home, { recursive: true });
}
