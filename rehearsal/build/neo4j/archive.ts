import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VERSIONS, type VersionName } from "../../../components/neo4j/version";
import { buildOnce } from "../build-cache";
import { run } from "../../system/process";
import { neo4jJars } from "./jars";
import { neo4jPackage } from "./package";

/** Changes when the package is to be built anew from the same jars. */
const RECIPE = 1;
const SUITE = "stable";
/** As Neo4j calls it. */
const KEY_FILE = "neotechnology.gpg.key";

/** An APT archive with the Community server, in the layout of Neo4j's own. */
export interface Neo4jArchive {
  readonly directory: string;
  /** Fingerprint of the key that signs it. */
  readonly fingerprint: string;
}

/**
 * An archive that takes the place of Neo4j's own for one version; made once and kept in `cache`. It has a key of its own,
 * which nobody keeps once the archive is signed.
 */
export async function neo4jArchive(
  cache: string,
  name: VersionName,
  progress: (text: string) => void,
): Promise<Neo4jArchive> {
  const { package: version, component } = VERSIONS[name];
  const release = version.replace(/^\d+:/, "");
  const directory = await buildOnce(join(cache, `neo4j-archive-${release}-${RECIPE}`), async (making) => {
    progress(`Neo4j ${release} from Maven Central`);
    const jars = await neo4jJars(cache, release);
    const lists = `dists/${SUITE}/${component}/binary-amd64`;
    mkdirSync(join(making, lists), { recursive: true });
    mkdirSync(join(making, "pool"));
    progress(`packing Neo4j ${release}`);
    const { file, control } = await neo4jPackage(join(making, "pool"), jars, version);
    writeFileSync(join(making, lists, "Packages"), `${control}${await facts(making, `pool/${file}`)}\n`);
    await sign(making, component, `${component}/binary-amd64/Packages`);
    rmSync(jars, { recursive: true });
  });
  return { directory, fingerprint: readFileSync(join(directory, "fingerprint"), "utf8") };
}

/** What a package list says of a file beside its control fields. */
async function facts(archive: string, file: string): Promise<string> {
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
