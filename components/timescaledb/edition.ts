import type { AptSource } from "../model/role";
import { MAJOR } from "./topology";

/** TimescaleDB's editions. */
export const EDITIONS = ["apache", "community"] as const;
export type Edition = (typeof EDITIONS)[number];

/** The packages of an edition. A new node installs the newest version; an existing node keeps its version until upgraded. */
export function editionPackages(edition: Edition = "apache"): string[] {
  return edition === "apache"
    ? [`postgresql-${MAJOR}-timescaledb`]
    : [`timescaledb-2-loader-postgresql-${MAJOR}`, `timescaledb-2-postgresql-${MAJOR}`];
}

/** Package sources of an edition in addition to Debian's. */
export function editionSources(edition: Edition = "apache"): AptSource[] {
  return edition === "apache" ? [] : [TIMESCALE];
}

/** Source: https://docs.tigerdata.com/self-hosted/latest/install/installation-linux/ */
const TIMESCALE: AptSource = {
  name: "timescaledb",
  uri: "https://packagecloud.io/timescale/timescaledb/debian/",
  suite: "trixie",
  components: "main",
  keyUrl: "https://packagecloud.io/timescale/timescaledb/gpgkey",
  fingerprint: "1005FB68604CE9B8F6879CF759F18EDF47F24417",
};
