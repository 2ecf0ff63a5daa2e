import { NETWORK_PREFIX, parseCidr } from "../../../components/model/addresses";
import { NAT_MODES } from "../../../components/platform/platform";
import { autoOr, cidr, emptyOr, oneOf, refuse, text, words } from "../parsers";
import { NAT_PER_ZONE_TIERS } from "../tier-words";
import { key } from "./key";
import { HTTPS_URL_WITH_PATH } from "./names";

/** The stack's network and its outbound access. */
export const NETWORK_KEYS = {
  nat: key({
    type: "string",
    default: "auto",
    allowed: `auto (per-zone at ${NAT_PER_ZONE_TIERS} when highly available, otherwise one), ${words(NAT_MODES)}; none requires packageMirror and neo4jPackages, per-zone requires several zones`,
    example: "one",
    description: "NAT gateways: the nodes' outbound access to package mirrors and container registries.",
    parse: autoOr(oneOf(NAT_MODES)),
  }),
  packageMirror: key({
    type: "string",
    default: "",
    allowed:
      '"" (Debian\'s own mirrors) or the https URL of a Debian mirror, with a path, without user, query or trailing slash',
    example: "https://mirror.example.internal/debian",
    description:
      "Mirror that nodes install Debian packages from. With nat: none it must be reachable inside the network.",
    parse: emptyOr(text(HTTPS_URL_WITH_PATH)),
  }),
  networkCidr: key({
    type: "string",
    default: "10.60.0.0/16",
    allowed: `a private IPv4 /${NETWORK_PREFIX} of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`,
    example: "10.60.0.0/16",
    description: "Private network of the stack. Changing it replaces the network and all nodes, but no data disk.",
    parse: privateNetwork,
  }),
};

function privateNetwork(value: unknown): string {
  const given = cidr(value);
  const { prefix } = parseCidr(given);
  if (prefix !== NETWORK_PREFIX) {
    return refuse(`the prefix length must be ${NETWORK_PREFIX}`);
  }
  return /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.)/.test(given) ? given : refuse("it is not a private network");
}
