import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageFile } from "./image";

/** Makes a node trust the stand-ins' authority as it trusts Debian's list, also after that list is made anew. */
export function trusted(base: string, authority: string): ImageFile[] {
  const list = "etc/ssl/certs/ca-certificates.crt";
  return [
    { path: list, content: `${readFileSync(join(base, list), "utf8")}${authority}` },
    { path: "usr/local/share/ca-certificates/ape-rehearsal.crt", content: authority },
  ];
}
