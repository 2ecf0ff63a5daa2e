import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "../system/paths";
import type { Mirrors } from "../build/debian";

/** Unix socket of the mirror: network namespaces share the file system. */
export function mirrorSocket(state: string): string {
  return join(state, "mirror.sock");
}

/** nginx.conf of a caching proxy for Debian's archive, with the archive's layout. */
export function mirrorConfiguration(state: string, { debian, security }: Mirrors): string {
  const cache = join(CACHE, "packages");
  mkdirSync(cache, { recursive: true });
  return `daemon off;
pid ${join(state, "mirror.pid")};
error_log stderr;
user root;
worker_processes 1;
events {}
http {
  access_log off;
${["proxy", "client_body", "fastcgi", "uwsgi", "scgi"].map((kind) => `  ${kind}_temp_path ${join(state, "temporary")};`).join("\n")}
  proxy_cache_path ${cache} levels=1:2 keys_zone=packages:10m max_size=4g inactive=30d use_temp_path=off;
  proxy_cache packages;
  proxy_cache_lock on;
  proxy_cache_lock_timeout 60s;
  proxy_cache_key $uri;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_ssl_server_name on;
  proxy_ignore_headers Cache-Control Expires Vary Set-Cookie;
  server {
    listen unix:${mirrorSocket(state)};
${location("/debian-security", security)}
${location("/debian", debian)}
  }
}
`;
}

function location(path: string, uri: string): string {
  const { origin, pathname } = new URL(uri);
  const pass = `rewrite ^${path}/(.*)$ ${pathname.replace(/\/$/, "")}/$1 break; proxy_pass ${origin};`;
  return `    # Published files never change.
    location ~ "^${path}/.*(\\.deb$|/by-hash/)" { ${pass} proxy_cache_valid 200 30d; }
    location ${path}/ { ${pass} proxy_cache_valid 200 5m; }`;
}
