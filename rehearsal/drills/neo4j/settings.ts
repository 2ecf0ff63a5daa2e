/** Config overrides for drills: Enterprise Edition is not available locally. */
export const COMMUNITY = ["neo4jEdition=community", "overrides.neo4j.members=1"] as const;
