import type { Waiver } from "../stacks/config/waivers";
import type { Context } from "./context";
import type { PolicyFault } from "./rule";

/** The waiver that covers a fault today; undefined: none does. */
export function waiverFor(rule: { readonly name: string }, fault: PolicyFault, context: Context): Waiver | undefined {
  return context.waivers.find(
    (waiver) =>
      waiver.policy === rule.name && context.today <= waiver.until && pattern(waiver.resource).test(fault.urn ?? ""),
  );
}

/** What is wrong with the waivers themselves, once everything else has been judged. */
export function waiverFaults(context: Context, ruleNames: ReadonlySet<string>, used: ReadonlySet<Waiver>): string[] {
  return context.waivers.flatMap((waiver) => {
    const who = `waiver ${waiver.name} of ${waiver.owner}`;
    if (!ruleNames.has(waiver.policy)) {
      return [`${who}: there is no policy ${waiver.policy}`];
    }
    if (context.today > waiver.until) {
      return [`${who}: it ended on ${waiver.until}; fix ${waiver.policy}, or decide anew and set another day`];
    }
    return used.has(waiver) ? [] : [`${who}: nothing violates ${waiver.policy} at ${waiver.resource}; remove it`];
  });
}

/** How a waived violation is shown. */
export function waived(message: string, { name, until, owner, reason }: Waiver): string {
  return `waived by ${name} until ${until} (${owner}): ${reason} -- ${message}`;
}

/** A pattern of URNs: `*` stands for anything; one that is no whole URN matches a part at its end. */
function pattern(text: string): RegExp {
  const body = text.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${text.startsWith("urn:") ? "" : ".*"}${body.join(".*")}$`, "s");
}
