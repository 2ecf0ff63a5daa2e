import type { NodeFile } from "../node/role";

export type Neo4jEdition = "community" | "enterprise";
/** What the user has accepted for Enterprise Edition; Community Edition (GPLv3) needs nothing. */
export type Neo4jLicence = "none" | "evaluation" | "commercial";

/** A combination that can't be deployed. */
export interface Neo4jProblem {
  readonly key: "members" | "edition" | "licence";
  readonly reason: string;
}

/** Why these can't be deployed together; empty when they can. */
export function neo4jProblems(args: {
  readonly members: number;
  readonly edition: Neo4jEdition;
  readonly licence: Neo4jLicence;
}): Neo4jProblem[] {
  const problems: Neo4jProblem[] = [];
  if (args.members !== 1 && args.members !== 3) {
    problems.push({
      key: "members",
      reason: `${args.members} members: one server, or three of which any one may fail; two survive no failure`,
    });
  }
  if (args.members > 1 && args.edition === "community") {
    problems.push({ key: "edition", reason: "community: only Enterprise Edition can be clustered" });
  }
  if (args.edition === "enterprise" && args.licence === "none") {
    problems.push({
      key: "licence",
      reason: "none: Enterprise Edition needs a licence that you have accepted, evaluation or commercial",
    });
  }
  return problems;
}

const ANSWERS = "/etc/ape/neo4j-licence.debconf";

/**
 * Answers the package's licence question before it is asked: without a terminal the installation would fail. APT runs
 * the hook before it unpacks or preconfigures anything.
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
 * The accepted licence in the environment of Neo4j's programs. The package notes the acceptance below the directory that
 * the data disk is mounted over, where a new node would not find it.
 */
export function licenceEnvironment(licence: Neo4jLicence): string[] {
  return licence === "none"
    ? []
    : [`Environment=NEO4J_ACCEPT_LICENSE_AGREEMENT=${licence === "commercial" ? "yes" : "eval"}`];
}
