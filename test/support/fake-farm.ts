import { memberStatusPrefix, orderKey, REQUEST_KEY, statusKey } from "../../components/model/bootstrap-keys";
import type { Clock } from "../../components/node/roll/roll";
import type { NodeOrder } from "../../components/node/roll/order";
import { parseOrder } from "../../components/node/roll/order";
import type { RollRequest } from "../../components/node/roll/request";
import { STATUS_VERSION, type NodeStatus, type Phase, type RoleStatus } from "../../components/node/roll/status";
import type { ObjectStore } from "../../components/platform/platform";

/** A bucket in memory. */
export class MemoryObjects implements ObjectStore {
  readonly objects = new Map<string, string>();

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.objects.get(key));
  }

  put(key: string, content: string): Promise<void> {
    this.objects.set(key, content);
    return Promise.resolve();
  }

  list(prefix: string): Promise<readonly string[]> {
    return Promise.resolve([...this.objects.keys()].filter((key) => key.startsWith(prefix)));
  }
}

/** A simulated node. Faults are set by tests. */
export interface FakeNode {
  readonly name: string;
  readonly roles: Record<string, RoleStatus>;
  machine: string;
  bootstrap: string;
  ordered: string;
  phase: Phase;
  reason: string;
  answered: string;
  /** Whether the machine runs at all. */
  up: boolean;
  /** Whether a bootstrap fails here. Default: none does. */
  fails: (bootstrap: string) => boolean;
  /** Roles that have left. */
  readonly left: Set<string>;
  /** The key of its status. */
  readonly key: string;
  /** Whether a new bootstrap replaces it, as in a scaling group. */
  readonly replaced: boolean;
}

/** What happened, in order. */
export interface FarmEvent {
  readonly at: number;
  readonly what: string;
}

const TICK_MS = 1000;

/**
 * Nodes that behave as real ones do towards the deployer: each tick they read order and request, hand leadership over within
 * their group, apply what is ordered and report. Time is simulated: it passes when the deployer sleeps.
 */
export class FakeFarm implements Clock {
  readonly nodes = new Map<string, FakeNode>();
  readonly events: FarmEvent[] = [];
  private time = 0;

  constructor(
    readonly store: MemoryObjects,
    /** Seconds that a node needs to apply a bootstrap. */
    private readonly applySeconds = 30,
  ) {}

  now(): number {
    return this.time;
  }

  async sleep(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += TICK_MS) {
      this.time += TICK_MS;
      this.tick();
      await Promise.resolve();
    }
  }

  /** Lets time pass, ten times as fast as it does. Returns a function that ends this. */
  run(): () => void {
    const timer = setInterval(() => void this.sleep(TICK_MS), TICK_MS / 10);
    return () => clearInterval(timer);
  }

  /** Adds a member of a scaling group that serves. */
  addMember(group: string, instance: string, order: NodeOrder, reports: string): void {
    const role = { service: group, healthy: true, inStep: true, leads: false, reports };
    const key = `${memberStatusPrefix(group)}${instance}.json`;
    const node = { ...serving(group, order), roles: { [group]: role }, key, replaced: true };
    this.nodes.set(key, node);
    this.report(node);
  }

  /** Ends all members of a scaling group. */
  endMembers(group: string): void {
    [...this.nodes.values()]
      .filter(({ name, replaced }) => replaced && name === group)
      .forEach(({ key }) => {
        this.nodes.delete(key);
        this.store.objects.delete(key);
      });
  }

  /** Adds a node that serves. The first role of a group leads it. */
  add(name: string, order: NodeOrder, roles: Readonly<Record<string, string>>): FakeNode {
    const node: FakeNode = {
      ...serving(name, order),
      roles: Object.fromEntries(
        Object.entries(roles).map(([role, service]) => [
          role,
          { service, healthy: true, inStep: true, leads: !this.led(service), reports: "" },
        ]),
      ),
    };
    this.nodes.set(name, node);
    this.report(node);
    return node;
  }

  log(what: string): void {
    this.events.push({ at: this.time, what });
  }

  led(service: string): boolean {
    return this.running().some((role) => role.service === service && role.leads);
  }

  private running(): RoleStatus[] {
    return [...this.nodes.values()].filter(({ up }) => up).flatMap(({ roles }) => Object.values(roles));
  }

  private readonly doneAt = new Map<string, number>();

  private tick(): void {
    const request = JSON.parse(this.store.objects.get(REQUEST_KEY) ?? "{}") as Partial<RollRequest>;
    for (const node of this.nodes.values()) {
      if (node.up) {
        this.apply(node);
        this.answer(node, request);
      }
    }
  }

  private apply(node: FakeNode): void {
    const order = parseOrder(this.store.objects.get(orderKey(node.name)) ?? "");
    if (order === undefined || node.replaced) {
      return;
    }
    if (node.phase === "applying" && this.time >= this.doneAt.get(node.name)!) {
      const failed = node.fails(node.ordered);
      node.bootstrap = failed ? node.bootstrap : node.ordered;
      node.phase = failed ? "failed" : "serving";
      node.reason = failed ? "redis-server: unknown directive" : "";
      this.log(`${node.name} ${node.phase}`);
      this.report(node);
    } else if (node.phase !== "applying" && order.bootstrap !== node.ordered) {
      node.ordered = order.bootstrap;
      node.reason = order.machine === node.machine ? "" : `waits for machine ${order.machine}`;
      if (order.machine === node.machine) {
        this.begin(node);
      }
      this.report(node);
    }
  }

  /** Restarts a node as another machine, as the cloud does. */
  reboot(name: string, machine: string): void {
    const node = this.nodes.get(name)!;
    node.machine = machine;
    this.begin(node);
    this.report(node);
  }

  private begin(node: FakeNode): void {
    node.phase = "applying";
    this.doneAt.set(node.name, this.time + this.applySeconds * 1000);
    this.log(`${node.name} applying${Object.values(node.roles).some(({ leads }) => leads) ? " while it leads" : ""}`);
  }

  private answer(node: FakeNode, { id, handOver = [], leave = [], from = {} }: Partial<RollRequest>): void {
    if (id === undefined || id === node.answered || node.phase === "applying") {
      return;
    }
    for (const [name, role] of Object.entries(node.roles)) {
      if (handOver.includes(name) && role.leads) {
        this.handOver(node, name, handOver);
      }
      if (leave.includes(name) && [node.name, node.key].includes(from[name]!)) {
        node.left.add(name);
        node.roles[name] = { ...role, healthy: false, leads: false };
      } else if (node.left.delete(name)) {
        node.roles[name] = { ...role, healthy: true };
      }
    }
    const drained = Object.keys(node.roles).some((name) => handOver.includes(name));
    node.phase = node.phase === "failed" ? "failed" : drained ? "draining" : "serving";
    node.answered = id;
    this.report(node);
  }

  private handOver(node: FakeNode, name: string, except: readonly string[]): void {
    const { service } = node.roles[name]!;
    const heirs = [...this.nodes.values()].flatMap((other) =>
      other.up && other !== node
        ? Object.entries(other.roles)
            .filter(([heir, role]) => role.service === service && role.healthy && !except.includes(heir))
            .map(([heir]) => [other, heir] as const)
        : [],
    );
    const [heir] = heirs;
    if (heir !== undefined) {
      node.roles[name] = { ...node.roles[name]!, leads: false };
      heir[0].roles[heir[1]] = { ...heir[0].roles[heir[1]]!, leads: true };
      this.report(heir[0]);
    }
  }

  report(node: FakeNode): void {
    const status: NodeStatus = {
      version: STATUS_VERSION,
      node: node.name,
      instance: node.key,
      bootId: "boot",
      machine: node.machine,
      bootstrap: node.bootstrap,
      ordered: node.ordered,
      phase: node.phase,
      reason: node.reason,
      roles: node.roles,
      seconds: 0,
      packages: {},
      answered: node.answered,
      at: new Date(this.time).toISOString(),
    };
    this.store.objects.set(node.key, JSON.stringify(status));
  }
}

function serving(name: string, { machine, bootstrap }: NodeOrder): Omit<FakeNode, "roles"> {
  return {
    name,
    machine,
    bootstrap,
    ordered: bootstrap,
    phase: "serving",
    reason: "",
    answered: "",
    up: true,
    fails: () => false,
    left: new Set(),
    key: statusKey(name),
    replaced: false,
  };
}
