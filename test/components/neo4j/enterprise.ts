import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { VersionName } from "../../../components/neo4j/version";

/**
 * Settings of Enterprise Edition, which the Community server's validator does not know. Source: that version's Operations
 * Manual, "Configuration settings", those labelled Enterprise Edition.
 */
export function enterpriseNames(version: VersionName): ReadonlySet<string> {
  return new Set(readFileSync(join(__dirname, `neo4j-enterprise-settings-${version}.txt`), "utf8").split("\n"));
}
