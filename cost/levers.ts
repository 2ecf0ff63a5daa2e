import { assumedLoad, TIER_NAMES, TIERS, type TierName } from "../stacks/tiers";

/** A way to save money, with its drawback. */
export interface Lever {
  readonly name: string;
  /** Config setting or purchase option. */
  readonly how: string;
  readonly risk: string;
  /** Savings, US cents a month. */
  readonly savedCents: number;
}

/** A config change that may save money. */
export interface ConfigLever {
  readonly name: string;
  /** "key=value", as for `--set`. */
  readonly settings: readonly string[];
  readonly risk: string;
}

/** Config changes to evaluate. Settings that are already in place save nothing and are dropped later. */
export function configLevers(tier: TierName): ConfigLever[] {
  const smaller = TIER_NAMES[TIER_NAMES.indexOf(tier) - 1];
  return [
    {
      name: "services share nodes",
      settings: ["placement=packed"],
      risk: "losing a node loses a member of every service, and their load peaks share one machine",
    },
    {
      name: "no replicas",
      settings: ["highAvailability=false", "overrides.neo4j.members=1"],
      risk: "losing a node or zone is an outage until it is restored from its disk or from backups",
    },
    {
      name: "one Neo4j server",
      settings: ["neo4jEdition=community", "overrides.neo4j.members=1"],
      risk: "the graph is unavailable while its only node is replaced",
    },
    {
      name: "one NAT gateway",
      settings: ["nat=one"],
      risk: "if its zone fails, nodes in the other zones can't install packages or pull images",
    },
    ...(smaller === undefined
      ? []
      : [
          {
            name: "a smaller tier",
            settings: [`tier=${smaller}`],
            risk: `less memory and fewer workers: sized for ${assumedLoad(TIERS[smaller])} queries an hour, but priced at the current load`,
          },
        ]),
  ];
}

/** The levers with the largest savings, largest first; levers without savings are omitted. */
export function topLevers(levers: readonly Lever[], count = 3): Lever[] {
  return levers
    .filter(({ savedCents }) => savedCents > 0)
    .sort((a, b) => b.savedCents - a.savedCents || (a.name < b.name ? -1 : 1))
    .slice(0, count);
}
