import { cidr, flag, listOf } from "../parsers";
import { key } from "./key";

/** Who may reach the stack, and whether its data may be deleted. */
export const ACCESS_KEYS = {
  allowedClientCidrs: key({
    type: "array",
    default: ["0.0.0.0/0"],
    allowed: "a list of IPv4 networks in CIDR notation, at least one",
    example: '["203.0.113.0/24"]',
    description: "Networks that may open connections to the API's load balancer.",
    parse: listOf(cidr, 1),
  }),
  deletionProtection: key({
    type: "boolean",
    default: true,
    allowed: "true or false",
    example: "false",
    description: "Refuse to delete resources that hold data, and retain them in the cloud when the stack is destroyed.",
    parse: flag,
  }),
};
