import { dollars } from "../../cost/line";
import { percent } from "../price/tables";
import { checkSections, verdictOf, type Document, type Section } from "./document";
import type { NodeChange } from "./nodes";
import type { ChangeReport } from "./report";

/** Names of resources that a row lists. */
const MOST_NAMES = 4;

/** A report of a change, to print or to keep. */
export function changeDocument(report: ChangeReport): Document {
  const { stack, at, settings, from, to, checks } = report;
  const what = settings.map(({ key, value }) => `${key}=${value}`).join(" ");
  return {
    title: `Change of ${stack}: ${what === "" ? "nothing" : what}`,
    verdict: verdictOf(checks),
    sections: [
      { title: "Stack", lines: [`before: ${from}`, `after: ${to}`, `checked: ${at}`], shell: false },
      ...nodeSections(report),
      ...resourceSections(report),
      outageSection(report),
      priceSection(report),
      quotaSection(report),
      ...checkSections(checks),
      { title: "Make the change", lines: report.commands, shell: true },
      { title: "Way back", lines: report.wayBack, shell: true },
      { title: "The way back does not restore", lines: report.oneWay, shell: false },
    ],
  };
}

function nodeSections({ nodes, api, disks }: ChangeReport): Section[] {
  return [
    {
      title: "Nodes, in this order, one at a time",
      head: ["", "node", "zone", "what happens", "machine", "because of", "roles"],
      rows: nodes.map((node, index) => [
        String(index + 1),
        node.node,
        node.zone,
        node.action,
        node.from === node.to ? node.to : [node.from, node.to].filter((name) => name !== "").join(" to "),
        node.why.join(", "),
        rolesOf(node),
      ]),
    },
    {
      title: "API, after the data services",
      head: ["what happens", "before", "after"],
      rows: api.map(({ action, from, to }) => [action, from, to]),
    },
    {
      title: "Data disks",
      head: ["role", "what happens", "before", "after", ""],
      rows: disks.map(({ role, action, from, to, protected: isProtected }) => [
        role,
        action,
        from,
        to,
        isProtected && action === "delete" ? "protected: the engine refuses" : "",
      ]),
    },
  ];
}

function rolesOf({ roles, moved }: NodeChange): string {
  const origins = new Map(moved.map(({ role, from }) => [role, from]));
  return roles.map((role) => (origins.has(role) ? `${role} (from ${origins.get(role)})` : role)).join(", ");
}

function resourceSections({ resources }: ChangeReport): Section[] {
  return [
    {
      title: "Resources",
      head: ["what happens", "number", "type", "names"],
      rows: resources.map(({ action, type, names }) => [
        action,
        String(names.length),
        type === "" ? "all types" : type,
        type === "" ? "" : named(names),
      ]),
    },
  ];
}

function named(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function outageSection({ outages }: ChangeReport): Section {
  return {
    title: "Interruption to expect",
    head: ["service", "members touched", "without an accepted write, each", "requests failed", "source"],
    rows: outages.map(({ service, touched, expected, source }) => {
      const known = expected === null ? "unknown" : String(expected);
      const cells = service === "api" ? ["", known] : [expected === null ? known : `${known} s`, ""];
      return [service, String(touched), ...cells, source];
    }),
  };
}

function priceSection({ price: { services, fromCents, toCents, budgetCents } }: ChangeReport): Section {
  const row = (name: string, before: number, after: number): string[] => [
    name,
    dollars(before),
    dollars(after),
    `${after > before ? "+" : ""}${dollars(after - before)}`,
  ];
  return {
    title: `Price a month, ${percent(toCents, budgetCents)} of the budget of ${dollars(budgetCents)}`,
    head: ["service", "before", "after", "difference"],
    rows: [
      ...services.map(({ service, fromCents: before, toCents: after }) => row(service, before, after)),
      row("total", fromCents, toCents),
    ],
  };
}

function quotaSection({ quotas }: ChangeReport): Section {
  return {
    title: "Quotas, with scaling groups at their maximum",
    head: ["quota", "what", "before", "after", "at most"],
    rows: quotas.map(({ code, name, before, after, peak }) => [code, name, ...[before, after, peak].map(String)]),
  };
}
