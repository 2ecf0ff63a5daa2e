import { attempt } from "../system/process";

/** URIs of the Debian archives that this machine uses. */
export interface Mirrors {
  readonly debian: string;
  readonly security: string;
}

/** This machine's own package sources if it runs Debian; otherwise deb.debian.org. */
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
