import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildOnce, remove } from "./build-cache";
import { mirrors } from "./debian";
import { CACHE } from "../system/paths";
import { attempt, run } from "../system/process";

/** Debian's release on every node. */
const SUITE = "trixie";

/**
 * What Debian's own cloud images hold of what a node needs to boot: an init, a network, and the agents by which each
 * cloud hands over its script. Everything else a node installs itself.
 */
const BASE = ["systemd", "systemd-sysv", "dbus", "iproute2", "ca-certificates", "procps", "e2fsprogs"];
/** Installed once APT can resolve what debootstrap can't: virtual dependencies. */
const AGENTS = ["cloud-init", "google-guest-agent"];

/** What a program mounts is not seen outside, and goes with it also when it fails. */
const UNSEEN = ["unshare", "--mount", "--propagation", "private"];

/** A root older than this many days is made anew, so that nodes boot with Debian's present packages. */
const STALE_DAYS = 14;

/** The sources of a node as a cloud's image has them. */
const SOURCES = `Types: deb
URIs: http://deb.debian.org/debian
Suites: ${SUITE} ${SUITE}-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: ${SUITE}-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

/** Packages are not synced to the disk file by file, as in container images: a power cut here keeps what was written. */
const DPKG = "force-unsafe-io\n";

/** The root that all nodes share, made when there is none or when it is stale. Never changed once made. */
export function baseRoot(progress: (text: string) => void): Promise<string> {
  return buildOnce(
    join(CACHE, `root-${recipe()}`),
    async (unfinished) => {
      await buildRoot(unfinished, progress);
      // Nodes may still stand on an old one: it goes when it is unused.
      for (const old of readdirSync(CACHE).filter((name) => /^root-(?!.*\.unfinished)/.test(name))) {
        await removeUnused(join(CACHE, old));
      }
    },
    (path) => existsSync(path) && ageDays(path) < STALE_DAYS,
  );
}

async function buildRoot(unfinished: string, progress: (text: string) => void): Promise<void> {
  const { debian } = await mirrors();
  progress(`debootstrap ${SUITE} from ${debian}`);
  const debootstrap = ["debootstrap", "--variant=minbase", `--include=${BASE.join(",")}`, SUITE, unfinished, debian];
  await run([...UNSEEN, ...debootstrap], { output: (text) => progress(text.trim().split("\n").at(-1)!) });
  progress(`installing ${AGENTS.join(" and ")}`);
  await installAgents(unfinished, debian);
  forget(unfinished);
}

function recipe(): string {
  return createHash("sha256")
    .update(JSON.stringify([SUITE, BASE, AGENTS, SOURCES, DPKG]))
    .digest("hex")
    .slice(0, 12);
}

function ageDays(path: string): number {
  return (Date.now() - statSync(path).ctimeMs) / 86_400_000;
}

async function installAgents(root: string, debian: string): Promise<void> {
  const chroot = ["chroot", root, "env", "DEBIAN_FRONTEND=noninteractive"];
  writeFileSync(join(root, "etc/apt/sources.list"), `deb ${debian} ${SUITE} main\n`);
  writeFileSync(join(root, "etc/dpkg/dpkg.cfg.d/rehearsal"), DPKG);
  writeFileSync(join(root, "usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  await run([...chroot, "apt-get", "-q", "update"]);
  await run([...chroot, "apt-get", "-qy", "install", "--no-install-recommends", ...AGENTS]);
  await run([...chroot, "apt-get", "clean"]);
}

/** What must differ between nodes, and what only served the making. */
function forget(root: string): void {
  writeFileSync(join(root, "etc/machine-id"), "");
  for (const path of ["usr/sbin/policy-rc.d", "etc/apt/sources.list", "var/lib/dbus/machine-id", "etc/hostname"]) {
    rmSync(join(root, path), { force: true });
  }
  rmSync(join(root, "var/lib/apt/lists"), { recursive: true });
  mkdirSync(join(root, "var/lib/apt/lists"));
  writeFileSync(join(root, "etc/apt/sources.list.d/debian.sources"), SOURCES);
}

/** A root that nodes of another stack still stand on stays. */
async function removeUnused(root: string): Promise<void> {
  const { stdout } = await attempt(["findmnt", "-rno", "OPTIONS", "-t", "overlay"]);
  if (!stdout.includes(`lowerdir=${root},`)) {
    await remove(root);
  }
}
