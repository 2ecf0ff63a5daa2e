import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageFile } from "./image";

/** Files that make a node trust the stand-ins' certificate authority, also after update-ca-certificates. */
export function trustFiles(base: string, authority: string): ImageFile[] {
  const list = "etc/ssl/certs/ca-certificates.crt";
  return [
    { path: list, content: `${readFileSync(join(base, list), "utf8")}${authority}` },
    { path: "usr/local/share/ca-certificates/ape-rehearsal.crt", content: authority },
  ];
}
