import { attempt } from "../system/process";

/** Debian's archives as this machine reads them. */
export interface Mirrors {
  readonly debian: string;
  readonly security: string;
}

/** The machine's own package sources where it is a Debian itself; otherwise Debian's. */
export async function mirrors(): Promise<Mirrors> {
  const targets = await attempt([
    "apt-get",
    "indextargets",
    "--format",
    "$(LABEL) $(REPO_URI)",
    "Created-By: Packages",
  ]);
  const uri = (label: string): string | undefined =>
    targets.stdout
      .split("\n")
      .find((line) => line.startsWith(`${label} http`))
      ?.slice(label.length + 1)
      .replace(/\/$/, "");
  return {
    debian: uri("Debian") ?? "http://deb.debian.org/debian",
    security: uri("Debian-Security") ?? "http://deb.debian.org/debian-security",
  };
}
