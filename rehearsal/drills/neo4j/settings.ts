/** What a stack's config is changed to: Enterprise Edition can't be had where nodes are booted. */
export const COMMUNITY = ["neo4jEdition=community", "overrides.neo4j.members=1"] as const;
