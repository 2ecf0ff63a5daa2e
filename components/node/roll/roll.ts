import type { ObjectStore } from "../../platform/platform";
import { explain, listed } from "./explain";
import {
  ledGroups,
  leftToHandOver,
  leftToLeave,
  notServing,
  objections,
  touchOf,
  type Reason,
  type RollNode,
  type Situation,
} from "./gate";
import type { NodeOrder } from "./order";
import { groupNotServing, type RollGroup } from "./group";
import { Conversation, NO_WISHES, type Survey, type Wishes } from "./survey";

/** Milliseconds between two looks at the statuses. */
const POLL_MS = 2000;
/** Milliseconds between two messages about what is waited for. */
const MESSAGE_MS = 10_000;
/**
 * Milliseconds in which a node answers a request that asks nothing of it. It polls every 10 seconds; the rest is margin. A
 * node that is to change, or that the stack gives up, and that stays silent for longer does not run: there is nothing to
 * hand over.
 */
const SILENT_MS = 45_000;

/** Time, for tests. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface RollArgs {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Minutes within which a node must be ready to change, and then serve again. */
  readonly timeoutMinutes: number;
  /** Names of nodes or roles that are known to be lost. Nothing waits for them. */
  readonly lost: readonly string[];
  /** What roles must report of themselves, by service: the API's image. */
  readonly reports: Readonly<Record<string, string>>;
  /** Receives what is waited for. */
  readonly progress: (message: string) => void;
}

/** The change stops: a node must not change yet, or does not serve afterwards. */
export class RollError extends Error {}

/**
 * Lets nodes change one at a time, across all services. Before: the other members of every service on the node serve and are
 * in step, and one of them leads. After: the node serves what was ordered. The first failure stops everything that waits.
 */
export class Roll {
  private readonly nodes = new Map<string, RollNode>();
  private readonly groups = new Map<string, RollGroup>();
  private readonly talk: Conversation;
  private readonly lost: ReadonlySet<string>;
  /** Nodes that this update creates. */
  private readonly created = new Set<string>();
  /** Nodes that may change. */
  private readonly admitted = new Set<string>();
  private wishes: Wishes = NO_WISHES;
  /** Roles that left a node whose instance is replaced: they return to it. */
  private readonly returning = new Set<string>();
  private inFlight: string | undefined;
  private failure: RollError | undefined;

  constructor(private readonly args: RollArgs) {
    this.talk = new Conversation(args.store);
    this.lost = new Set(args.lost);
  }

  /** Makes a node known. Call for all nodes before any changes. */
  plan(node: RollNode): void {
    this.nodes.set(node.name, node);
  }

  /** The planned orders, by node. */
  orders(): Readonly<Record<string, NodeOrder>> {
    return Object.fromEntries([...this.nodes.values()].map(({ name, order }) => [name, order]));
  }

  planGroup(group: RollGroup): void {
    this.groups.set(group.name, group);
  }

  /** A node is created, unless the deployer ordered it before it had gates: then it changes. */
  async beforeCreate(name: string): Promise<void> {
    if (!(await this.talk.ordered(name))) {
      await this.talk.forget(name); // what a former node of this name said
      if (await this.isFree(name)) {
        this.created.add(name);
        return;
      }
    }
    await this.before(name);
  }

  /** Returns once a node may change. It is in flight until `finished`. Throws RollError if it may not. */
  async before(name: string): Promise<void> {
    if (this.created.has(name) || this.admitted.has(name)) {
      return;
    }
    if (!(await this.isFree(name))) {
      await this.turn(name);
      await this.orFail(() => this.letGo(name));
    }
    this.admitted.add(name);
  }

  /** All resources of a node are as planned: returns once it serves. Does nothing if the node was not in flight. */
  async finished(name: string): Promise<void> {
    if (this.inFlight !== name) {
      return;
    }
    await this.orFail(async () => {
      const since = this.talk.now;
      const leave = this.wishes.leave.filter((role) => !this.returning.has(role));
      await this.wish({ ...this.wishes, handOver: [], leave });
      await this.until(since, `${name} has changed and must serve`, ({ nodes }) =>
        notServing(this.nodes.get(name)!, this.situation(nodes)),
      );
      this.inFlight = undefined;
    });
  }

  /** Returns once every planned node serves what was ordered for it. */
  async nodesServe(): Promise<void> {
    await this.orFail(() => this.serving("the data services must serve", () => []));
  }

  /** Returns once every planned node and enough members of every group serve what was ordered. Call last. */
  async everythingServes(): Promise<void> {
    await this.orFail(async () => {
      const { nodes } = await this.serving("the stack must serve", ({ members }) =>
        [...this.groups.values()].flatMap((group) =>
          groupNotServing(group, members.get(group.name) ?? [], this.args.reports),
        ),
      );
      const deleted = [...nodes].filter(([name, { status, fresh }]) => status && !fresh && !this.nodes.has(name));
      await Promise.all(deleted.map(([name]) => this.talk.forget(name)));
    });
  }

  /** Takes all wishes back, so that no role is kept from leading. */
  async abort(): Promise<void> {
    if (this.wishes !== NO_WISHES) {
      await this.wish(NO_WISHES);
    }
  }

  private async serving(what: string, more: (survey: Survey) => Reason[]): Promise<Survey> {
    const since = this.talk.now;
    await this.wish({ ...this.wishes, handOver: [] });
    return this.until(since, what, (survey) => {
      const situation = this.situation(survey.nodes);
      return [...[...this.nodes.values()].flatMap((node) => notServing(node, situation)), ...more(survey)];
    });
  }

  /** Whether a node runs nothing yet, and is to run nothing that runs elsewhere. */
  private async isFree(name: string): Promise<boolean> {
    const { nodes } = await this.look(this.talk.now);
    const { status, order } = nodes.get(name) ?? {};
    const { hosts } = touchOf(name, this.situation(nodes));
    return status === undefined && order !== "former" && hosts.every((host) => host === name);
  }

  /** Waits for the other members, then has leadership handed over and moving roles stopped. */
  private async letGo(name: string): Promise<void> {
    let since = this.talk.now;
    const start = this.args.clock.now();
    await this.wish(this.wishes);
    let silent = new Set<string>();
    const { nodes } = await this.until(since, `${name} is to change`, ({ nodes }) => {
      const situation = this.situation(nodes);
      silent = unanswered(name, situation);
      const waits = silent.size > 0 && this.args.clock.now() - start < SILENT_MS;
      return [
        ...objections(name, situation),
        ...(waits ? [...silent].map((node) => ({ node, text: "has yet to answer", final: false })) : []),
      ];
    });
    const led = ledGroups(name, this.situation(nodes));
    const { handOver, leave } = touchOf(name, this.situation(nodes));
    since = this.talk.now;
    await this.wish({ ...this.wishes, handOver: handOver.map((role) => role.name) });
    await this.until(since, `${name} is to change`, ({ nodes }) => [
      ...objections(name, this.situation(nodes)),
      ...leftToHandOver(name, this.situation(nodes), led, silent),
    ]);
    if (leave.length > 0) {
      since = this.talk.now;
      leave.filter((role) => role.node === name && role.planned).forEach((role) => this.returning.add(role.name));
      const instanceOf = (node: string): string => nodes.get(node)?.status?.instance ?? node;
      await this.wish({
        ...this.wishes,
        leave: [...new Set([...this.wishes.leave, ...leave.map((role) => role.name)])],
        from: { ...this.wishes.from, ...Object.fromEntries(leave.map((role) => [role.name, instanceOf(role.node)])) },
      });
      await this.until(since, `${name} is to change`, ({ nodes }) => leftToLeave(name, this.situation(nodes), silent));
    }
  }

  /** Waits until no other node is in flight. */
  private async turn(name: string): Promise<void> {
    const { clock, progress } = this.args;
    for (let said = clock.now(); ; await clock.sleep(POLL_MS)) {
      this.throwFailure();
      if (this.inFlight === undefined) {
        this.inFlight = name;
        return;
      }
      if (clock.now() - said >= MESSAGE_MS) {
        said = clock.now();
        progress(`${name} waits until ${this.inFlight} has changed`);
      }
    }
  }

  private wish(wishes: Wishes): Promise<void> {
    this.wishes = wishes;
    return this.talk.ask(wishes);
  }

  private look(since: number): Promise<Survey> {
    return this.talk.survey([...this.nodes.keys()], [...this.groups.keys()], since);
  }

  private situation(seen: Survey["nodes"]): Situation {
    return {
      nodes: [...this.nodes.values()],
      seen,
      created: this.created,
      lost: this.lost,
      reports: this.args.reports,
    };
  }

  /** Polls until nothing stands in the way. Throws RollError when waiting can't help, or takes too long. */
  private async until(since: number, what: string, check: (survey: Survey) => Reason[]): Promise<Survey> {
    const { clock, timeoutMinutes, progress } = this.args;
    const deadline = clock.now() + timeoutMinutes * 60_000;
    for (let said = clock.now(); ; await clock.sleep(POLL_MS)) {
      this.throwFailure();
      const survey = await this.look(since);
      const reasons = check(survey);
      if (reasons.length === 0) {
        return survey;
      }
      const final = reasons.filter((reason) => reason.final);
      if (final.length > 0) {
        throw new RollError(explain(what, final));
      }
      if (clock.now() >= deadline) {
        throw new RollError(explain(`${what} (waited ${timeoutMinutes} min: changeTimeoutMinutes)`, reasons));
      }
      if (clock.now() - said >= MESSAGE_MS) {
        said = clock.now();
        progress(`${what}; waits: ${listed(reasons)}`);
      }
    }
  }

  private throwFailure(): void {
    if (this.failure !== undefined) {
      throw new RollError(`not changed, because the change stopped: ${this.failure.message}`);
    }
  }

  /** The first failure stops everything else, and gives leadership free. */
  private async orFail(run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (this.failure === undefined) {
        this.failure = error instanceof RollError ? error : new RollError((error as Error).message, { cause: error });
        await this.abort();
      }
      throw error;
    }
  }
}

/** Nodes that the change concerns, and that the deployer must hear of before it decides that they do not run. */
function unanswered(name: string, situation: Situation): Set<string> {
  const { hosts, leave } = touchOf(name, situation);
  const concerned = [...hosts, ...leave.map((role) => role.node)];
  const seen = concerned.map((node) => [node, situation.seen.get(node)] as const);
  return new Set(seen.filter(([, of]) => of?.status !== undefined && !of.fresh).map(([node]) => node));
}
