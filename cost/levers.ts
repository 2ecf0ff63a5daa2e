import { TIER_NAMES, type TierName } from "../stacks/tiers";

/** A way to pay less, with what it costs in another coin. */
export interface Lever {
  readonly name: string;
  /** What to do: a config setting, or what to buy. */
  readonly how: string;
  readonly risk: string;
  /** Cents a month that are saved. */
  readonly savedCents: number;
}

/** A change of the stack's config that may save money. */
export interface ConfigLever {
  readonly name: string;
  /** As `pulumi config set` takes them. */
  readonly settings: readonly string[];
  readonly risk: string;
}

/** Changes of config worth a try; those that are set already save nothing and are not shown. */
export function configLevers(tier: TierName): ConfigLever[] {
  const smaller = TIER_NAMES[TIER_NAMES.indexOf(tier) - 1];
  return [
    {
      name: "services share nodes",
      settings: ["placement=packed"],
      risk: "a lost node takes a member of every service with it, and their peaks meet on one machine",
    },
    {
      name: "no replicas",
      settings: ["highAvailability=false", "overrides.neo4j.members=1"],
      risk: "a lost node or zone is an outage until it is restored from its disk or from backups",
    },
    {
      name: "one Neo4j server",
      settings: ["neo4jEdition=community", "overrides.neo4j.members=1"],
      risk: "the graph stands still while its only node is replaced",
    },
    {
      name: "one NAT gateway",
      settings: ["nat=one"],
      risk: "while its zone is lost, nodes of the others can't install or pull anything new",
    },
    ...(smaller === undefined
      ? []
      : [
          {
            name: "a smaller tier",
            settings: [`tier=${smaller}`],
            risk: `less memory and fewer workers: made for a tenth of the queries, priced with as many as now`,
          },
        ]),
  ];
}

/** The levers that save most, dearest first; those that save nothing are left out. */
export function topLevers(levers: readonly Lever[], count = 3): Lever[] {
  return levers
    .filter(({ savedCents }) => savedCents > 0)
    .sort((a, b) => b.savedCents - a.savedCents || (a.name < b.name ? -1 : 1))
    .slice(0, count);
}
