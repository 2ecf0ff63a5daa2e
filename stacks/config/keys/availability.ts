import { CLOUDS } from "../../../components/model/cloud";
import { DEFAULT_REGION } from "../../../components/model/regions";
import { PLACEMENTS } from "../../../components/node/placement";
import { among, autoOr, flag, integer, listOf, text, whole } from "../parsers";
import { REPLICATED_TIERS } from "../tier-words";
import { key } from "./key";

/** Where nodes are placed, and whether services are replicated. */
export const AVAILABILITY_KEYS = {
  region: key({
    type: "string",
    default: "auto",
    allowed: `auto (${CLOUDS.map((cloud) => `${DEFAULT_REGION[cloud]} on ${cloud}`).join(", ")}) or a region of the cloud that docs/configuration.md lists`,
    example: "us-east-1",
    description: "Region of the cloud. Changing it creates a new, empty stack.",
    parse: text(/^[a-z0-9-]+$/),
  }),
  zones: key({
    type: "string",
    default: "auto",
    allowed: "auto (3 when highly available, otherwise 1), 1, 2 or 3",
    example: "3",
    description: "Number of zones that hold nodes.",
    parse: autoOr(integer(1, 3)),
  }),
  placement: key({
    type: "string",
    default: "dedicated",
    ...among(PLACEMENTS),
    example: "packed",
    description:
      "`dedicated`: each member of a service has its own node. `packed`: services share one node per zone, which is cheaper but isolates them less.",
  }),
  highAvailability: key({
    type: "string",
    default: "auto",
    allowed: `auto (true at ${REPLICATED_TIERS} unless zones is 1 or 2, otherwise false), true or false`,
    example: "true",
    description: "Replicate every service over three zones, so that the stack survives the loss of one.",
    parse: autoOr(flag),
  }),
  changeTimeoutMinutes: key({
    type: "integer",
    default: 20,
    ...whole(5, 120),
    example: "40",
    description:
      "Minutes that an update waits for a node: before it changes, until the other members of its services serve, and afterwards, until it serves itself.",
  }),
  lostMembers: key({
    type: "array",
    default: [],
    allowed: "a list of names of nodes or members of services",
    example: '["redis-3"]',
    description:
      "Members that are known to be lost. Updates neither wait for them nor require that they serve. Remove a member once it is back.",
    parse: listOf(text(/^[a-z][a-z0-9-]*$/), 0),
  }),
};
