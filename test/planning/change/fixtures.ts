import { bootstrapKey, orderKey, REQUEST_KEY, statusKey } from "../../../components/model/bootstrap-keys";
import type { RollRequest } from "../../../components/node/roll/request";
import { STATUS_VERSION, type NodeStatus } from "../../../components/node/roll/status";
import { changeReport, type ChangeReport } from "../../../planning/change/report";
import type { StoredDrill } from "../../../planning/change/drill-records";
import type { StackStores } from "../../../planning/change/observed";
import { wantedBootstraps } from "../../../planning/change/wanted";
import { settingsOf } from "../../../planning/change/way-back";
import { judgedPlan, type JudgedPlan } from "../../../planning/judged-plan";
import { applySettings, readStackFile } from "../../../planning/stack-file";
import type { StackPlan } from "../../../stacks/plan";
import { MemoryObjects } from "../../support/fake-farm";

export const NOW = new Date("2026-11-28T12:00:00Z");

/** A bucket in memory that nodes poll. */
export class MemoryStore extends MemoryObjects {
  /** Runs after each write. */
  onPut: (key: string, content: string) => void = () => undefined;

  override async put(key: string, content: string): Promise<void> {
    await super.put(key, content);
    this.onPut(key, content);
  }
}

/** A node that serves what it was ordered. */
function servingStatus(node: string, bootstrap: string, plan: StackPlan, instance = node): NodeStatus {
  const { machine, roles } = plan.nodes.find(({ name }) => name === node) ?? {
    machine: plan.apiGroup!.machine,
    roles: [],
  };
  return {
    version: STATUS_VERSION,
    node,
    instance,
    bootId: "1",
    machine: machine.name,
    bootstrap,
    ordered: bootstrap,
    phase: "serving",
    reason: "",
    roles: Object.fromEntries(
      roles.map(({ role }) => [
        role.name,
        { service: role.service, healthy: true, inStep: true, leads: role.name.endsWith("-1"), reports: "" },
      ]),
    ),
    seconds: 90,
    packages: {},
    answered: "",
    at: NOW.toISOString(),
  };
}

/** A deployed stack whose nodes serve and answer at once, with backups of half an hour ago. */
export class RunningStack {
  readonly bootstrap = new MemoryStore();
  readonly backups = new MemoryStore();
  /** Nodes that do not answer. */
  readonly silent = new Set<string>();

  constructor(
    readonly plan: StackPlan,
    bootstraps: ReadonlyMap<string, string>,
  ) {
    for (const [name, bootstrap] of bootstraps) {
      const order = { bootstrap, machine: "any", instance: "any" };
      this.bootstrap.objects.set(orderKey(name), JSON.stringify(order));
      this.bootstrap.objects.set(bootstrapKey(bootstrap), "script");
    }
    for (const { name } of plan.nodes) {
      this.write(statusKey(name), servingStatus(name, bootstraps.get(name)!, plan));
    }
    const members = Array.from({ length: plan.apiGroup?.minNodes ?? 0 }, (_, index) => `i-${index + 1}`);
    members.forEach((id) =>
      this.write(`status/api/${id}.json`, servingStatus("api", bootstraps.get("api")!, plan, id)),
    );
    this.bootstrap.onPut = (key, content) => (key === REQUEST_KEY ? this.answer(content) : undefined);
    this.backups.objects.set("timescaledb/backup/main/backup.history/2026/20261128-113000F.manifest.gz", "content");
    this.backups.objects.set("neo4j/online/neo4j-2026-11-28T11-30-00.backup", "content");
    this.backups.objects.set("neo4j/neo4j-1/2026-11-28T02-30-00Z/manifest", "content");
    this.backups.objects.set("redis/2026-11-28T11-30-00Z-redis-2.rdb", "content");
  }

  get stores(): StackStores {
    return { bootstrap: this.bootstrap, backups: this.backups };
  }

  /** Changes what a node says of itself. */
  say(key: string, change: (status: NodeStatus) => Partial<NodeStatus>): void {
    const status = JSON.parse(this.bootstrap.objects.get(key)!) as NodeStatus;
    this.write(key, { ...status, ...change(status) });
  }

  private answer(content: string): void {
    const { id } = JSON.parse(content) as RollRequest;
    [...this.bootstrap.objects.keys()]
      .filter((key) => key.startsWith("status/") && !this.silent.has(key))
      .forEach((key) => this.say(key, () => ({ answered: id })));
  }

  private write(key: string, status: NodeStatus): void {
    this.bootstrap.objects.set(key, JSON.stringify(status));
  }
}

export function runningStack({ plan, planned: { judged } }: JudgedPlan): RunningStack {
  return new RunningStack(plan, wantedBootstraps(judged()));
}

/** A passed drill an hour ago. */
export function drill(
  name: string,
  scenario: string,
  measured: StoredDrill["scenarios"][number]["measured"],
): StoredDrill {
  const at = new Date(NOW.getTime() - 3_600_000).toISOString();
  return { drill: name, cloud: "aws", at, passed: true, scenarios: [{ scenario, measured }] };
}

const plans = new Map<string, Promise<JudgedPlan>>();

/** A judged plan. Each is made once. */
export function planned(stack: string, settings: readonly string[] = []): Promise<JudgedPlan> {
  const key = [stack, ...settings].join(" ");
  const plan = plans.get(key) ?? judgedPlan(stack, settings);
  plans.set(key, plan);
  return plan;
}

/** The report of a change, without the checks of a running stack. */
export async function reported(
  stack: string,
  base: readonly string[],
  change: readonly string[],
  drills: readonly StoredDrill[] = [],
): Promise<ChangeReport> {
  const [before, after] = [await planned(stack, base), await planned(stack, [...base, ...change])];
  const settings = settingsOf(change, applySettings(readStackFile(stack).values, base));
  return changeReport({ stack, before, after, settings }, drills, NOW, (checks) => checks);
}
