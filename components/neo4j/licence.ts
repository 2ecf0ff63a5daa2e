import type { NodeFile } from "../model/role";

export const NEO4J_EDITIONS = ["community", "enterprise"] as const;
export type Neo4jEdition = (typeof NEO4J_EDITIONS)[number];

/** The licence that the user has accepted for Enterprise Edition. Community Edition (GPLv3) requires none. */
export const NEO4J_LICENCES = ["none", "evaluation", "commercial"] as const;
export type Neo4jLicence = (typeof NEO4J_LICENCES)[number];

const ANSWERS = "/etc/ape/neo4j-licence.debconf";

/**
 * Preseeds the package's licence question; without a terminal the installation would fail otherwise. APT runs the hook
 * before it unpacks or preconfigures a package.
 */
export function licenceFiles(licence: Neo4jLicence): NodeFile[] {
  return licence === "none"
    ? []
    : [
        {
          path: ANSWERS,
          content: `neo4j-enterprise neo4j/accept-license select Accept ${licence} license\n`,
          early: true,
        },
        {
          path: "/etc/apt/apt.conf.d/60neo4j-licence",
          content: `DPkg::Pre-Invoke { "debconf-set-selections ${ANSWERS}"; };\n`,
          early: true,
        },
      ];
}

/**
 * The accepted licence in the environment of Neo4j's programs. The package records the acceptance below the mount point of
 * the data disk, where the mounted disk hides it.
 */
export function licenceEnvironment(licence: Neo4jLicence): string[] {
  return licence === "none"
    ? []
    : [`Environment=NEO4J_ACCEPT_LICENSE_AGREEMENT=${licence === "commercial" ? "yes" : "eval"}`];
}
