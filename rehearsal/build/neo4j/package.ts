import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderScript } from "../../../components/node/script";
import { run } from "../../system/process";

/** A Debian package of the Neo4j Community server. */
export interface Neo4jPackage {
  /** Relative to the directory it was built in. */
  readonly file: string;
  /** Its control file, which package lists repeat. */
  readonly control: string;
}

const SCRIPTS = join(__dirname, "scripts");

/** Logging configuration: defaults inside the jars; Neo4j's package ships the same as files. */
const LOGGING = ["server-logs.xml", "user-logs.xml"];

/**
 * Builds the package in `directory` from the server's jars. Layout, user and unit are those of Neo4j's package
 * (Operations Manual, "Default file locations").
 */
export async function neo4jPackage(directory: string, jars: string, version: string): Promise<Neo4jPackage> {
  const file = `neo4j_${version.replace(/^\d+:/, "")}_all.deb`;
  const root = join(directory, `${file}.root`);
  const put = (path: string, content: string, mode = 0o644): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode });
  };
  const control = controlOf(version);
  put("DEBIAN/control", control);
  put(
    "DEBIAN/conffiles",
    ["neo4j.conf", "neo4j-admin.conf", ...LOGGING].map((name) => `/etc/neo4j/${name}\n`).join(""),
  );
  put("DEBIAN/postinst", renderScript(join(SCRIPTS, "postinst.sh")), 0o755);
  put("usr/bin/neo4j", launcher("neo4j", "Neo4jCommand"), 0o755);
  put("usr/bin/neo4j-admin", launcher("neo4j-admin", "Neo4jAdminCommand"), 0o755);
  put("usr/lib/systemd/system/neo4j.service", UNIT);
  put("etc/neo4j/neo4j.conf", "");
  put("etc/neo4j/neo4j-admin.conf", "");
  const logging = join(
    jars,
    readdirSync(jars).find((jar) => jar.startsWith("neo4j-logging-"))!,
  );
  for (const name of LOGGING) {
    put(`etc/neo4j/${name}`, await run(["unzip", "-p", logging, `default-${name}`]));
  }
  mkdirSync(join(root, "usr/share/neo4j"), { recursive: true });
  await run(["cp", "--archive", jars, join(root, "usr/share/neo4j/lib")]);
  await run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", root, join(directory, file)]);
  rmSync(root, { recursive: true });
  return { file, control };
}

function controlOf(version: string): string {
  return `Package: neo4j
Version: ${version}
Architecture: all
Maintainer: the rehearsal <root@localhost>
Depends: openjdk-21-jre-headless, adduser
Description: Neo4j Community, of the jars on Maven Central
`;
}

function launcher(program: string, mainClass: string): string {
  return renderScript(join(SCRIPTS, "launch.sh"), { PROGRAM: program, MAIN_CLASS: mainClass });
}

const UNIT = `[Unit]
Description=Neo4j Graph Database
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=/usr/bin/neo4j console
Restart=on-abnormal
User=neo4j
Group=neo4j
Environment="NEO4J_CONF=/etc/neo4j" "NEO4J_HOME=/var/lib/neo4j"
LimitNOFILE=60000
TimeoutSec=120

[Install]
WantedBy=multi-user.target
`;
