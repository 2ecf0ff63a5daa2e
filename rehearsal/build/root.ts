import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildOnce, remove } from "./build-cache";
import { mirrors } from "./debian";
import { CACHE } from "../system/paths";
import { attempt, run } from "../system/process";
import type { Progress } from "../system/progress";

/** Debian release of every node. */
const SUITE = "trixie";

/**
 * The part of Debian's cloud images that a node needs to boot: init, network tools, and below the agents that run user
 * data on each cloud. A node installs everything else during its bootstrap.
 */
const BASE = ["systemd", "systemd-sysv", "dbus", "iproute2", "ca-certificates", "procps", "e2fsprogs"];
/** Installed with APT because debootstrap cannot resolve virtual dependencies. */
const AGENTS = ["cloud-init", "google-guest-agent"];

/** Runs a program in a private mount namespace, so that its mounts disappear with it even if it fails. */
const PRIVATE_MOUNTS = ["unshare", "--mount", "--propagation", "private"];

/** A root older than this many days is rebuilt, so that nodes boot with Debian's current packages. */
const STALE_DAYS = 14;

/** A node's package sources, as in the cloud images. */
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

/** Skips fsync for each unpacked file, as in container images. A simulated power cut does not lose written data. */
const DPKG = "force-unsafe-io\n";

/** The read-only root that all nodes share, rebuilt when it is stale. */
export function baseRoot(progress: Progress): Promise<string> {
  return buildOnce(
    join(CACHE, `root-${recipe()}`),
    async (unfinished) => {
      await buildRoot(unfinished, progress);
      // Running nodes may still use an old root; it is removed once it is unused.
      for (const old of readdirSync(CACHE).filter((name) => /^root-(?!.*\.unfinished)/.test(name))) {
        await removeUnused(join(CACHE, old));
      }
    },
    (path) => existsSync(path) && ageDays(path) < STALE_DAYS,
  );
}

async function buildRoot(unfinished: string, progress: Progress): Promise<void> {
  const { debian } = await mirrors();
  progress("building the base root", `debootstrap ${SUITE} from ${debian}`);
  const debootstrap = ["debootstrap", "--variant=minbase", `--include=${BASE.join(",")}`, SUITE, unfinished, debian];
  await run([...PRIVATE_MOUNTS, ...debootstrap], {
    output: (text) => progress("building the base root", text.trim().split("\n").at(-1)),
  });
  progress("building the base root", `installing ${AGENTS.join(" and ")}`);
  await installAgents(unfinished, debian);
  removeBuildState(unfinished);
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

/** Removes what must differ between nodes and what only the build needed. */
function removeBuildState(root: string): void {
  writeFileSync(join(root, "etc/machine-id"), "");
  for (const path of ["usr/sbin/policy-rc.d", "etc/apt/sources.list", "var/lib/dbus/machine-id", "etc/hostname"]) {
    rmSync(join(root, path), { force: true });
  }
  rmSync(join(root, "var/lib/apt/lists"), { recursive: true });
  mkdirSync(join(root, "var/lib/apt/lists"));
  writeFileSync(join(root, "etc/apt/sources.list.d/debian.sources"), SOURCES);
}

/** Removes a root unless nodes of another stack still use it. */
async function removeUnused(root: string): Promise<void> {
  const { stdout } = await attempt(["findmnt", "-rno", "OPTIONS", "-t", "overlay"]);
  if (!stdout.includes(`lowerdir=${root},`)) {
    await remove(root);
  }
}
