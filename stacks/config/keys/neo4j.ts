import { NEO4J_ARCHIVE } from "../../../components/neo4j/archive";
import { NEO4J_EDITIONS, NEO4J_LICENCES } from "../../../components/neo4j/licence";
import { DEFAULT_VERSION, VERSION_NAMES } from "../../../components/neo4j/version";
import { among, autoOr, oneOf, text, words } from "../parsers";
import { key } from "./key";
import { HTTPS_URL } from "./names";

/** Neo4j's edition, licence and release. Sizes and members: `overrides`. */
export const NEO4J_KEYS = {
  neo4jEdition: key({
    type: "string",
    default: "auto",
    allowed: `auto (enterprise with three members, otherwise community), ${words(NEO4J_EDITIONS)}`,
    example: "community",
    description: "Edition of Neo4j. Only Enterprise Edition supports clustering.",
    parse: autoOr(oneOf(NEO4J_EDITIONS)),
  }),
  neo4jLicense: key({
    type: "string",
    default: "none",
    allowed: `${words(NEO4J_LICENCES)}; enterprise requires evaluation or commercial`,
    example: "evaluation",
    description: "Licence of Neo4j Enterprise Edition that you accept by setting this key.",
    parse: oneOf(NEO4J_LICENCES),
  }),
  neo4jVersion: key({
    type: "string",
    default: DEFAULT_VERSION,
    ...among(VERSION_NAMES),
    example: "2026",
    description:
      "Release line of Neo4j: the long-term support release or the newest calendar version. It cannot be downgraded.",
  }),
  neo4jPackages: key({
    type: "string",
    default: NEO4J_ARCHIVE,
    allowed: "the https URL of Neo4j's package archive or of a mirror, without user, query or trailing slash",
    example: "https://mirror.example.internal/neo4j",
    description: "Archive that nodes install Neo4j from. Nodes only accept packages signed with Neo4j's own key.",
    parse: text(HTTPS_URL),
  }),
};
