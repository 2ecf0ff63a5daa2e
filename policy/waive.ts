import type { Waiver } from "../stacks/config/waivers";
import type { Context } from "./context";
import type { PolicyFault } from "./rule";

/** The waiver that covers a violation today; undefined if there is none. */
export function waiverFor(rule: { readonly name: string }, fault: PolicyFault, context: Context): Waiver | undefined {
  return context.waivers.find(
    (waiver) =>
      waiver.policy === rule.name && context.today <= waiver.until && pattern(waiver.resource).test(fault.urn ?? ""),
  );
}

/** Problems of the waivers themselves, once everything else has been judged. */
export function waiverFaults(context: Context, ruleNames: ReadonlySet<string>, used: ReadonlySet<Waiver>): string[] {
  return context.waivers.flatMap((waiver) => {
    const who = `waiver ${waiver.name} of ${waiver.owner}`;
    if (!ruleNames.has(waiver.policy)) {
      return [`${who}: there is no policy ${waiver.policy}`];
    }
    if (context.today > waiver.until) {
      return [`${who}: expired on ${waiver.until}; fix ${waiver.policy}, or review the waiver and set a new end date`];
    }
    return used.has(waiver) ? [] : [`${who}: nothing violates ${waiver.policy} at ${waiver.resource}; remove it`];
  });
}

/** The message of a waived violation. */
export function waived(message: string, { name, until, owner, reason }: Waiver): string {
  return `waived by ${name} until ${until} (${owner}): ${reason} -- ${message}`;
}

/** A URN pattern: `*` matches anything. A pattern that does not start with "urn:" matches the end of a URN. */
function pattern(text: string): RegExp {
  const body = text.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${text.startsWith("urn:") ? "" : ".*"}${body.join(".*")}$`, "s");
}
