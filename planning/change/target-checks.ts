import { dollars } from "../../cost/line";
import type { Summary } from "../../cost/summary";
import { dataSettings, refusedChanges } from "../../stacks/refused-change";
import type { JudgedPlan } from "../judged-plan";
import type { PackResult } from "../policy/result";
import { summary } from "../policy/report";
import { check, fail, pass, unknown, type Check, type Finding } from "./check";
import type { DiskChange } from "./disks";
import type { Offering } from "./offerings";
import type { Outage } from "./outage";
import type { QuotaUse } from "./quota";
import type { ResourceGroup } from "./resources";
import type { Side } from "./side";

/** What is known of a change without the cloud. */
export interface Known extends Pick<JudgedPlan, "price" | "policies"> {
  readonly stack: string;
  readonly before: Side;
  readonly after: Side;
  readonly disks: readonly DiskChange[];
  readonly resources: readonly ResourceGroup[];
  readonly outages: readonly Outage[];
  readonly quotas: readonly QuotaUse[];
  readonly offerings: readonly Offering[];
}

/** Whether the target may be deployed at all. */
export function targetChecks(known: Known): Check[] {
  return [
    check("allowed", "The program accepts the change", allowed(known)),
    ...configChecks(known),
    check("data", "No data disk or bucket is deleted", dataStays(known)),
    check("by-hand", "Nothing has to be done by hand", byHand(known)),
    check("outage", "The interruption of each service is known", outageKnown(known)),
    check("quota", "The cloud's quotas are large enough", quota(known)),
    check("offering", "The zones offer the machine types", offered(known)),
  ];
}

/** Whether a config may be deployed: its policies and its price. */
export function configChecks({ policies, price }: Pick<JudgedPlan, "policies" | "price">): Check[] {
  return [
    check("policies", "The config violates no policy", policiesOf(policies)),
    check("budget", "The price is within the budget", budget(price)),
  ];
}

/** The rules by which `pulumi up` refuses a change of a deployed stack. */
function allowed({ before, after }: Known): Finding {
  const problems = refusedChanges(dataSettings(before.plan), dataSettings(after.plan));
  return problems.length === 0
    ? pass(`${after.plan.spec.cloud}, ${after.plan.spec.region}`)
    : fail(
        problems.map(({ key, value, reason }) => `${key}=${value}: ${reason}`).join("; "),
        `Allowed: ${problems.map(({ key, allowed: values }) => `${key}: ${values}`).join("; ")}.`,
      );
}

function policiesOf(policies: PackResult): Finding {
  const rules = [...new Set(policies.violations.map(({ rule }) => rule.name))];
  return rules.length === 0
    ? pass(summary(policies))
    : fail(
        `violated: ${rules.join(", ")}`,
        "See the violations and how to correct them: `npm run plan` with the same options.",
      );
}

function budget({ cents, budgetCents }: Summary): Finding {
  const evidence = `${dollars(cents)} of ${dollars(budgetCents)} a month`;
  return cents <= budgetCents
    ? pass(evidence)
    : fail(
        evidence,
        "Raise budgetUsd with the owner of the bill, or choose a cheaper setting: `npm run cost` lists the largest savings.",
      );
}

function dataStays({ stack, disks, resources }: Known): Finding {
  const refused = [...new Set(resources.flatMap(({ protected: names }) => names))].sort();
  const deleted = disks.filter(({ action }) => action === "delete").map(({ role }) => `${role}-data`);
  if (refused.length > 0) {
    return fail(
      `protected, and would be deleted or replaced: ${refused.join(", ")}`,
      `The engine refuses. Back up, then release what may go in an update before: \`pulumi config set -s ${stack} deletionProtection false && pulumi up -s ${stack}\`.`,
    );
  }
  return deleted.length === 0
    ? pass("none")
    : unknown(
        `would be deleted: ${deleted.join(", ")}`,
        "Check that other members have the data, and that the backups are recent.",
      );
}

/** Neo4j's servers form a cluster only when they start without data. */
function byHand({ before, after }: Known): Finding {
  const [from, to] = [before, after].map(({ plan }) => plan.spec.neo4j.members);
  return from === to
    ? pass("nothing")
    : unknown(
        `neo4j changes from ${from} to ${to} members; its data must be restored into the new cluster`,
        "Plan the steps of docs/neo4j.md, section 'From one server to three'.",
      );
}

function outageKnown({ outages }: Known): Finding {
  const missing = outages.filter(({ expected }) => expected === null);
  return missing.length === 0
    ? pass(
        outages
          .map(({ service, expected }) => `${service} ${expected}${service === "api" ? " requests" : " s"}`)
          .join(", "),
      )
    : unknown(
        `not measured: ${missing.map(({ service }) => service).join(", ")}`,
        sentence(missing.map(({ source }) => source)),
      );
}

function quota({ quotas }: Known): Finding {
  const growing = quotas.filter(({ before, peak }) => peak > before);
  return growing.length === 0
    ? pass("nothing more is used than before")
    : unknown(
        `needed at most: ${growing.map(({ code, peak }) => `${code} ${peak}`).join(", ")}`,
        `Compare with the limits: ${growing.map(({ command }) => `\`${command}\``).join(", ")}.`,
      );
}

function offered({ offerings }: Known): Finding {
  return offerings.length === 0
    ? pass("no other machine type is started")
    : unknown(
        offerings.map(({ machine, zones }) => `${machine} in ${zones.join(", ")}`).join("; "),
        `List the zones that offer them: ${offerings.map(({ command }) => `\`${command}\``).join(", ")}.`,
      );
}

function sentence(parts: readonly string[]): string {
  const text = [...new Set(parts)].join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
