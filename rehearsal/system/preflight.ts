import { accessSync, constants, mkdirSync, statfsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CACHE, STATE } from "./paths";

/** This machine cannot run a rehearsal, or the rehearsal lacks what a command needs. */
export class CannotRehearseError extends Error {}

/** Programs that a rehearsal runs, and the Debian packages that contain them. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  debootstrap: "debootstrap",
  dnsmasq: "dnsmasq-base",
  "docker-registry": "docker-registry",
  "dpkg-deb": "dpkg",
  gpg: "gnupg",
  haproxy: "haproxy",
  ip: "iproute2",
  losetup: "mount",
  mvn: "maven",
  nft: "nftables",
  nginx: "nginx",
  nsenter: "util-linux",
  pgrep: "procps",
  python3: "python3-venv",
  skopeo: "skopeo",
  "systemd-nspawn": "systemd-container",
  umoci: "umoci",
  unzip: "unzip",
  wrk: "wrk",
};

const GIB = 2 ** 30;
/** Disk space for the base root and cached packages, and for the writes of each node. Measured: 0.3 and 0.5 GiB; at least doubled. */
const BASE_GIB = 2;
const NODE_GIB = 1.5;

/** Throws CannotRehearseError unless this is Linux and the user is root. */
export function assertRoot(): void {
  refuse([
    ...(process.platform === "linux" ? [] : [`requires Linux; this is ${process.platform}`]),
    ...(process.getuid?.() === 0 ? [] : ["requires root: run it with sudo"]),
  ]);
}

/** Throws CannotRehearseError with every reason why this machine cannot boot this number of nodes. */
export function assertCanRehearse(nodes: number): void {
  assertRoot();
  refuse([...missingPrograms(), ...missingSpace(BASE_GIB + nodes * NODE_GIB)]);
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) {
    throw new CannotRehearseError(
      `Nodes cannot be booted on this machine:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
}

function missingPrograms(): string[] {
  const packages = Object.entries(PROGRAMS)
    .filter(([program]) => !onPath(program))
    .map(([, name]) => name);
  return packages.length === 0 ? [] : [`programs are missing: apt-get install ${packages.join(" ")}`];
}

function onPath(program: string): boolean {
  return [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"].some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function missingSpace(neededGiB: number): string[] {
  return [...new Set([CACHE, STATE])].flatMap((directory) => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = statfsSync(directory);
    const freeGiB = (bavail * bsize) / GIB;
    return freeGiB >= neededGiB
      ? []
      : [`${directory} has ${freeGiB.toFixed(1)} GiB free and needs ${neededGiB.toFixed(1)} GiB`];
  });
}
