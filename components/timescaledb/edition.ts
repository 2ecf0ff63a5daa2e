import type { AptSource } from "../model/role";
import { MAJOR } from "./topology";

/** TimescaleDB's editions, as their maker calls them. */
export const EDITIONS = ["apache", "community"] as const;
export type Edition = (typeof EDITIONS)[number];

/** The packages of an edition. A node gets the newest, and keeps its own: an upgrade is a decision. */
export function editionPackages(edition: Edition = "apache"): string[] {
  return edition === "apache"
    ? [`postgresql-${MAJOR}-timescaledb`]
    : [`timescaledb-2-loader-postgresql-${MAJOR}`, `timescaledb-2-postgresql-${MAJOR}`];
}

/** Where they come from beyond Debian. */
export function editionSources(edition: Edition = "apache"): AptSource[] {
  return edition === "apache" ? [] : [TIMESCALE];
}

/** https://docs.tigerdata.com/self-hosted/latest/install/installation-linux/ */
const TIMESCALE: AptSource = {
  name: "timescaledb",
  uri: "https://packagecloud.io/timescale/timescaledb/debian/",
  suite: "trixie",
  components: "main",
  keyUrl: "https://packagecloud.io/timescale/timescaledb/gpgkey",
  fingerprint: "1005FB68604CE9B8F6879CF759F18EDF47F24417",
};
