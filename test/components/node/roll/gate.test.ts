import assert from "node:assert/strict";
import fc from "fast-check";
import {
  leftToHandOver,
  ledGroups,
  notServing,
  objections,
  touchOf,
  type RollNode,
  type Seen,
  type Situation,
} from "../../../../components/node/roll/gate";
import { PHASES, STATUS_VERSION, type NodeStatus, type RoleStatus } from "../../../../components/node/roll/status";

const ORDER = { bootstrap: "wanted", machine: "small", instance: "image" };
const GROUPS = ["redis", "neo4j"] as const;

/** Mostly the first value, so that many situations have a single fault. */
const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const role = fc.record({ healthy: mostly(true, false), inStep: mostly(true, false), leads: fc.boolean() });
const someNode = fc.record({
  phase: mostly(...(["serving", ...PHASES] as const)),
  fresh: mostly(true, false),
  silent: mostly(false, true),
  bootstrap: mostly("wanted", "former"),
  ordered: mostly("wanted", "former"),
  stored: mostly("wanted", "former"),
  lost: mostly(false, true),
  roles: fc.tuple(role, role),
});
type Some = typeof someNode extends fc.Arbitrary<infer T> ? T : never;

/** Three nodes, each with a member of every group, in any state. */
const situations = fc.tuple(someNode, someNode, someNode).map((nodes): Situation => ({
  nodes: nodes.map((_, index) => planned(index)),
  seen: new Map(nodes.map((node, index) => [`node-${index + 1}`, seen(node, index)])),
  created: new Set(),
  lost: new Set(nodes.flatMap(({ lost }, index) => (lost ? [`node-${index + 1}`] : []))),
  reports: {},
}));

function planned(index: number): RollNode {
  const roles = GROUPS.map((group) => ({ name: `${group}-${index + 1}`, group }));
  return { name: `node-${index + 1}`, order: ORDER, roles };
}

function seen({ silent, fresh, stored, ...node }: Some, index: number): Seen {
  const order = { ...ORDER, bootstrap: stored };
  const roles = GROUPS.map((group, at): [string, RoleStatus] => [
    `${group}-${index + 1}`,
    { service: group, reports: "", ...node.roles[at]! },
  ]);
  const { phase, bootstrap, ordered } = node;
  return silent
    ? { fresh: false, order }
    : { status: status({ phase, bootstrap, ordered, roles: Object.fromEntries(roles) }), fresh, order };
}

function status(of: Pick<NodeStatus, "phase" | "bootstrap" | "ordered" | "roles">): NodeStatus {
  const constant = {
    node: "",
    instance: "",
    bootId: "",
    machine: "small",
    reason: "because",
    seconds: 0,
    packages: {},
  };
  return { version: STATUS_VERSION, ...constant, answered: "", at: "2026-01-01T00:00:00Z", ...of };
}

describe("the gate", () => {
  it("opens only while every other member that is not lost is fresh, healthy and in step with its order", () => {
    fc.assert(
      fc.property(situations, (situation) => {
        fc.pre(objections("node-1", situation).length === 0);
        for (const other of ["node-2", "node-3"].filter((name) => !situation.lost.has(name))) {
          const { status: of, fresh, order } = situation.seen.get(other)!;
          assert.ok(of !== undefined && fresh);
          assert.ok(Object.values(of.roles).every(({ healthy, inStep }) => healthy && inStep));
          const last = of.phase === "failed"; // it serves with its last good bootstrap, and is to run another
          assert.ok(last ? of.ordered !== "wanted" : ["serving", "draining"].includes(of.phase));
          assert.ok(last || (of.bootstrap === of.ordered && of.ordered === (order as typeof ORDER).bootstrap));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("opens for no more than one node of a group, once another one changes", () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const changing = status({ phase: "applying", bootstrap: "former", ordered: "wanted", roles: {} });
        const seenNow = new Map([...situation.seen, ["node-2", { status: changing, fresh: true, order: ORDER }]]);
        const now = { ...situation, seen: seenNow, lost: new Set<string>() };
        assert.notDeepEqual(objections("node-1", now), []);
        assert.notDeepEqual(objections("node-3", now), []);
      }),
    );
  });

  it("stays closed while the node leads, or while a group that was led has no other leader", () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const led = ledGroups("node-1", situation);
        fc.pre(objections("node-1", situation).length === 0);
        fc.pre(situation.seen.get("node-1")!.fresh && situation.lost.size === 0);
        const left = leftToHandOver("node-1", situation, led, new Set());
        const leads = (node: string, group: string): boolean =>
          Object.values(situation.seen.get(node)!.status!.roles).some((of) => of.service === group && of.leads);
        const safe = GROUPS.every(
          (group) => !leads("node-1", group) && (!led.has(group) || leads("node-2", group) || leads("node-3", group)),
        );
        assert.equal(left.length === 0, safe);
      }),
      { numRuns: 1000 },
    );
  });

  it("does not count members that are created, and those that predate statuses", () => {
    const [one, two, three] = [0, 1, 2].map(planned) as [RollNode, RollNode, RollNode];
    const nodes = [one, two, three];
    const of = (seenOf: Situation["seen"], created: string[] = []): string[] =>
      objections("node-1", { nodes, seen: seenOf, created: new Set(created), lost: new Set(), reports: {} }).map(
        ({ text }) => text,
      );
    const ordered: Seen = { fresh: false, order: ORDER };
    assert.deepEqual(of(new Map()), []);
    assert.deepEqual(of(new Map([["node-2", { fresh: false, order: "former" }]])), []);
    assert.deepEqual(of(new Map([["node-2", ordered]])), ["redis-2 has never reported", "neo4j-2 has never reported"]);
    assert.deepEqual(of(new Map([["node-2", ordered]]), ["node-2"]), []);
  });
});

describe("roles that move to another node", () => {
  const moved = (name: string, group: string): RollNode => ({
    name,
    order: ORDER,
    roles: [{ name: "redis-3", group }],
  });
  const at = (node: string, ...roles: string[]): [string, Seen] => [
    node,
    {
      fresh: true,
      status: status({
        phase: "serving",
        bootstrap: "former",
        ordered: "former",
        roles: Object.fromEntries(
          roles.map((name) => [name, { service: "redis", healthy: true, inStep: true, leads: false, reports: "" }]),
        ),
      }),
    },
  ];
  const situation = (nodes: RollNode[], ...on: [string, Seen][]): Situation => ({
    nodes,
    seen: new Map(on),
    created: new Set(),
    lost: new Set(),
    reports: {},
  });

  it("leave the node that they are on", () => {
    const { leave, hosts } = touchOf("node-3", situation([moved("node-3", "redis")], at("redis-3", "redis-3")));
    assert.deepEqual(
      leave.map(({ name, node }) => `${name} ${node}`),
      ["redis-3 redis-3"],
    );
    assert.deepEqual(hosts, ["redis-3"]);
  });

  it("leave for good where the stack gives them up, and do not lead before", () => {
    const planned = { name: "redis-1", order: ORDER, roles: [{ name: "redis-1", group: "redis" }] };
    const { leave, handOver } = touchOf(
      "redis-1",
      situation([planned], at("redis-1", "redis-1"), at("redis-2", "redis-2")),
    );
    assert.deepEqual(
      [handOver, leave].map((roles) => roles.map(({ name }) => name)),
      [["redis-2"], ["redis-2"]],
    );
  });
});

describe("roles of a node whose instance is replaced", () => {
  const of = (instance: string): string[] => {
    const node = planned(0);
    const former = status({ phase: "serving", bootstrap: "former", ordered: "former", roles: {} });
    const seen: Seen = { fresh: true, status: former, order: { ...ORDER, instance } };
    const situation = {
      seen: new Map([[node.name, seen]]),
      created: new Set<string>(),
      lost: new Set<string>(),
      reports: {},
    };
    return touchOf(node.name, { nodes: [node], ...situation }).leave.map(({ name }) => name);
  };

  it("leave it first: their disks are detached from a running machine", () => {
    assert.deepEqual(
      of("another image"),
      planned(0).roles.map(({ name }) => name),
    );
  });

  it("stay while only its bootstrap or its machine type changes", () => {
    assert.deepEqual(of(ORDER.instance), []);
  });
});

describe("the last check", () => {
  it("passes only a node that serves what is stored for it, with all roles healthy", () => {
    fc.assert(
      fc.property(situations, (situation) => {
        fc.pre(!situation.lost.has("node-1"));
        const { status: of, fresh, order } = situation.seen.get("node-1")!;
        const serves =
          fresh &&
          of?.phase === "serving" &&
          of.bootstrap === (order as typeof ORDER).bootstrap &&
          Object.values(of.roles).every(({ healthy }) => healthy);
        assert.equal(notServing(planned(0), situation).length === 0, serves);
      }),
      { numRuns: 1000 },
    );
  });
});
