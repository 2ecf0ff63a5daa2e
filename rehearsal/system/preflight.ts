import { accessSync, constants, mkdirSync, statfsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CACHE, STATE } from "./paths";

/** The machine can't hold a rehearsal. */
export class CannotRehearseError extends Error {}

/** Programs that a rehearsal runs, and the Debian packages that bring them. */
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
/** Room for the base root and the packages that are kept, and for what each node writes. Seen: 0.3 and 0.5 GiB; doubled or more. */
const BASE_GIB = 2;
const NODE_GIB = 1.5;

/** Throws CannotRehearseError where nobody may boot nodes, or look at them. */
export function assertRoot(): void {
  refuse([
    ...(process.platform === "linux" ? [] : [`it takes Linux, and this is ${process.platform}`]),
    ...(process.getuid?.() === 0 ? [] : ["it takes root: run it with sudo"]),
  ]);
}

/** Throws CannotRehearseError with everything that keeps this machine from booting so many nodes. */
export function assertCanRehearse(nodes: number): void {
  assertRoot();
  refuse([...missingPrograms(), ...missingSpace(BASE_GIB + nodes * NODE_GIB)]);
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) {
    throw new CannotRehearseError(
      `Nodes can't be booted here:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
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
      : [`${directory} has ${freeGiB.toFixed(1)} GiB free and needs ${neededGiB.toFixed(1)}`];
  });
}
