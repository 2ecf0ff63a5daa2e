import { join } from "node:path";
import { addressOf, dnsName, type Placed } from "../model/role";
import type { ScriptPart } from "../node/script";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { SENTINEL_STATE } from "./paths";
import { USERS } from "./secrets";

/** The names by which members reach each other: addresses may change. */
export function namesOf(members: readonly Placed[]): string[] {
  return members.map(({ role }) => dnsName(role.name));
}

/** The names of all members but this one. */
export function peersOf(self: Placed, members: readonly Placed[]): string[] {
  return namesOf(members.filter(({ role }) => role.name !== self.role.name));
}

/** The function `address_of`. */
export function addressOfPart(self: Placed): ScriptPart {
  return {
    functions: [join(__dirname, "scripts/address-of.sh")],
    variables: { OWN: addressOf(self), OWN_NAME: dnsName(self.role.name) },
  };
}

/** The functions `address_of` and `current_address`. */
export function addressesPart(self: Placed, members: readonly Placed[]): ScriptPart {
  return combine(addressOfPart(self), {
    functions: [join(__dirname, "scripts/current-address.sh")],
    variables: {
      REDIS_PORT,
      MEMBER_ADDRESSES: members.map((member) =>
        [dnsName(member.role.name), addressOf(member), ...(member.formerAddresses ?? [])].join(" "),
      ),
    },
  });
}

/** The function `ask_sentinel`. Requires `cli`. */
export const ASK_SENTINEL: ScriptPart = {
  functions: [join(__dirname, "scripts/ask-sentinel.sh")],
  variables: { SENTINEL_USER: USERS.sentinel, SENTINEL_PORT, MASTER_NAME },
};

/** The function `peers` of a single server. */
export const FORMER_PEERS: ScriptPart = {
  functions: [join(__dirname, "scripts/peers-single.sh")],
  variables: { SENTINEL_STATE },
};

/** Merges parts into one. */
export function combine(...parts: readonly ScriptPart[]): ScriptPart {
  return {
    functions: [...new Set(parts.flatMap(({ functions }) => functions))],
    variables: Object.assign({}, ...parts.map(({ variables }) => variables)) as ScriptPart["variables"],
  };
}
