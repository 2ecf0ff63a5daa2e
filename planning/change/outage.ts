import { DATA_SERVICES, type DataServiceName } from "../../components/model/role";
import type { ApiChange } from "./api";
import type { StoredDrill } from "./drill-records";
import type { NodeAction, NodeChange } from "./nodes";
import type { Side } from "./side";

/** What clients of a service notice of a change. */
export interface Outage {
  readonly service: DataServiceName | "api";
  /** How many of its members the change touches. */
  readonly touched: number;
  /**
   * Data services: seconds without an accepted write, each time that a member changes. API: requests that fail after one
   * retry. Null: not measured.
   */
  readonly expected: number | null;
  /** Where the figure comes from, or how to measure it. */
  readonly source: string;
}

/** A figure of a drill. */
interface Figure {
  readonly drill: string;
  /** Scenarios that measure it. */
  readonly scenario: RegExp;
  /** Name of the figure. */
  readonly name: RegExp;
}

/** The drill that measures changes: its scenarios are named by what they change, its figures by service. */
export const CHANGE_DRILL = "change";

/** Scenarios of that drill by what happens to a node. */
const CHANGE_SCENARIOS: Readonly<Record<NodeAction, RegExp>> = {
  "stop and start": /^t\d to t\d/i,
  "change in place": /^setting/i,
  replace: /image/i,
  create: /packed/i,
  delete: /packed/i,
};

/** Whether that drill runs the members of a service replicated. Neo4j's Enterprise Edition cannot be drilled. */
const IS_DRILLED_REPLICATED: Readonly<Record<DataServiceName, boolean>> = {
  timescaledb: true,
  neo4j: false,
  redis: true,
};

/** Figures of other drills for the same event, which hold until the drill of changes has run. */
const REPLICATED: Readonly<Record<DataServiceName, readonly Figure[]>> = {
  redis: [{ drill: "redis-failover", scenario: /^nodes restarted$/, name: /^longestSecondsWithoutWrites$/ }],
  timescaledb: [
    {
      drill: "timescaledb-failover",
      scenario: /^(switchover|settings changed)$/,
      name: /^longestSecondsWithoutWrites$/,
    },
  ],
  neo4j: [],
};
const SINGLE: Readonly<Record<DataServiceName, readonly Figure[]>> = {
  redis: [],
  timescaledb: [],
  neo4j: [{ drill: "neo4j-replace", scenario: /^node lost, disk kept$/, name: /^secondsWithoutAcceptedWrite$/ }],
};

/** What clients have to expect of each service, from the newest passed drills. */
export function outages(
  sides: { readonly before: Side; readonly after: Side },
  changes: { readonly nodes: readonly NodeChange[]; readonly api: readonly ApiChange[] },
  drills: readonly StoredDrill[],
): Outage[] {
  return [...DATA_SERVICES.map((service) => ofStore(service, sides, changes.nodes, drills)), ofApi(changes, drills)];
}

function ofStore(
  service: DataServiceName,
  { before }: { readonly before: Side },
  nodes: readonly NodeChange[],
  drills: readonly StoredDrill[],
): Outage {
  const members = before.plan.placed.filter(({ role }) => role.service === service).map(({ role }) => role.name);
  const touched = members.filter((member) => nodes.some((node) => interrupts(node, member))).length;
  if (touched === 0) {
    return { service, touched, expected: 0, source: "no member is touched" };
  }
  const isReplicated = members.length > 1;
  const figures: readonly Figure[] = [
    ...(isReplicated === IS_DRILLED_REPLICATED[service]
      ? [{ drill: CHANGE_DRILL, scenario: scenariosOf(nodes), name: new RegExp(`^${service}SecondsWithoutWrites$`) }]
      : []),
    ...(isReplicated ? REPLICATED : SINGLE)[service],
  ];
  return { service, touched, ...measured(figures, drills, unmeasured(service, isReplicated)) };
}

/** The scenarios of the drill of changes that do to a node what happens here. */
function scenariosOf(nodes: readonly NodeChange[]): RegExp {
  const actions = new Set(nodes.map(({ action }) => action));
  return new RegExp([...actions].map((action) => CHANGE_SCENARIOS[action].source).join("|") || "^$", "i");
}

/** Whether the change of a node stops a member that runs before it. */
function interrupts({ roles, moved, action }: NodeChange, member: string): boolean {
  return action === "create" ? moved.some(({ role }) => role === member) : roles.includes(member);
}

function ofApi(
  { nodes, api }: { readonly nodes: readonly NodeChange[]; readonly api: readonly ApiChange[] },
  drills: readonly StoredDrill[],
): Outage {
  const touched =
    api.length + nodes.filter(({ services, action }) => services.includes("api") && action !== "create").length;
  if (touched === 0 && nodes.length === 0) {
    return { service: "api", touched, expected: 0, source: "neither the API nor a store is touched" };
  }
  const figures = [
    { drill: CHANGE_DRILL, scenario: scenariosOf(nodes), name: /^apiRequestsFailed$/ },
    { drill: "api", scenario: /^new version$/, name: /^failedWithoutRepetition$/ },
  ];
  return { service: "api", touched, ...measured(figures, drills, `measure it: npm run drill -- ${CHANGE_DRILL}`) };
}

function unmeasured(service: DataServiceName, isReplicated: boolean): string {
  return service === "neo4j" && isReplicated
    ? "no drill runs Neo4j's Enterprise Edition: measure the change in a test stack"
    : `measure it: npm run drill -- ${CHANGE_DRILL}`;
}

/** The largest figure of the newest passed drill that has one. */
function measured(
  figures: readonly Figure[],
  drills: readonly StoredDrill[],
  otherwise: string,
): Pick<Outage, "expected" | "source"> {
  for (const figure of figures) {
    for (const { drill, cloud, at, scenarios } of drills.filter((each) => each.drill === figure.drill && each.passed)) {
      const values = scenarios
        .filter(({ scenario }) => figure.scenario.test(scenario))
        .flatMap(({ measured: all }) => Object.entries(all))
        .flatMap(([name, value]) => (figure.name.test(name) && typeof value === "number" ? value : []));
      if (values.length > 0) {
        return { expected: Math.max(...values), source: `drill ${drill} on ${cloud}, ${at.slice(0, 10)}` };
      }
    }
  }
  return { expected: null, source: otherwise };
}
