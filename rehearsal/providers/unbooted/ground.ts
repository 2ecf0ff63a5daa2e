import { existsSync, readFileSync } from "node:fs";
import type { ObjectStore } from "../../cloud/gcs";
import { changeObjects } from "../../cloud/gcp";
import { hostChanges } from "../../reconcile";
import type { Host, LocalStack } from "../../stack/local-stack";
import { RefusedError, type Ground } from "../simulated-cloud";
import { UnbootedNode, type Bucket, type Fault } from "./node";

/** What is wrong in a simulated cloud. Read from a file before every use, so that a test changes it at any time. */
export interface Faults {
  /** Machine types that are out of stock. */
  readonly exhausted?: readonly string[];
  /** By node. */
  readonly nodes?: Readonly<Record<string, Fault>>;
}

export function readFaults(file: string): Faults {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Faults) : {};
}

const POLL_MS = 100;

/** A cloud whose instances do not boot: each node only takes orders and says how it is, like a healthy one. */
export class UnbootedGround implements Ground {
  private readonly nodes = new Map<string, UnbootedNode>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly store: ObjectStore,
    private readonly faults: () => Faults,
  ) {
    this.timer = setInterval(() => this.poll(), POLL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  change(from: LocalStack, to: LocalStack): Promise<void> {
    const starting = ({ hosts }: LocalStack): Host[] => hosts.filter(({ starts }) => starts);
    const change = hostChanges(starting(from), starting(to));
    for (const { before, disk } of change.unplugged) {
      const used = this.node(from, before)?.usesDisks.includes(disk.name.replace(/-data$/, "")) === true;
      if (used) {
        return Promise.reject(
          new RefusedError(`${disk.name} is mounted on ${before.name}, so that it does not detach`),
        );
      }
    }
    changeObjects(this.store, from, to);
    change.removed.forEach((host) => this.remove(from, host));
    change.added.forEach((host) => this.add(to, host));
    const restarted = new Set(change.restarted.map(({ name }) => name));
    for (const host of starting(to)) {
      const node = this.node(to, host);
      if (node !== undefined && host.group !== undefined && node.host.instance !== host.instance) {
        this.remove(from, node.host); // its group replaces it
        this.add(to, host);
      } else {
        node?.become(host, restarted.has(host.name), Date.now());
      }
    }
    return Promise.resolve();
  }

  powerOff(stack: LocalStack, host: string): Promise<void> {
    this.nodes.get(`${stack.stack}/${host}`)?.powerOff();
    return Promise.resolve();
  }

  objects(_stack: LocalStack, bucket: string): Promise<number> {
    return Promise.resolve(this.store.list(bucket, "").length);
  }

  /** Nodes of stacks that exist already, after a restart. */
  resume(stack: LocalStack): void {
    stack.hosts.filter(({ starts }) => starts).forEach((host) => this.add(stack, host));
  }

  private node({ stack }: LocalStack, { name }: Host): UnbootedNode | undefined {
    return this.nodes.get(`${stack}/${name}`);
  }

  private add(stack: LocalStack, host: Host): void {
    const name = stack.buckets.find((bucket) => bucket.startsWith(`ape-${stack.stack}-bootstrap-`));
    const bucket = name === undefined ? NO_BUCKET : bucketOf(this.store, name);
    this.nodes.set(`${stack.stack}/${host.name}`, new UnbootedNode(host, bucket, Date.now()));
  }

  private remove(stack: LocalStack, host: Host): void {
    this.node(stack, host)?.end();
    this.nodes.delete(`${stack.stack}/${host.name}`);
  }

  private poll(): void {
    const { nodes: faults = {} } = this.faults();
    for (const [key, node] of this.nodes) {
      const [stack] = key.split("/");
      node.poll(Date.now(), faults[node.host.name], (role) => this.leader(stack!, role, faults) === role);
    }
  }

  /** The member that leads a role's group: the first one that can. */
  private leader(stack: string, role: string, faults: Readonly<Record<string, Fault>>): string | undefined {
    const group = groupOf(role);
    return [...this.nodes]
      .filter(([key, { host }]) => key.startsWith(`${stack}/`) && faults[host.name] === undefined)
      .flatMap(([, node]) => node.roles().filter((each) => groupOf(each) === group && node.canLead(each)))
      .sort()[0];
  }
}

/** A deleted bucket stays deleted: nodes outlive it for a moment when a stack is destroyed. */
function bucketOf(store: ObjectStore, name: string): Bucket {
  return {
    get: (key) => store.get(name, key)?.toString("utf8"),
    put: (key, content) => {
      if (store.hasBucket(name)) {
        store.put(name, key, Buffer.from(content));
      }
    },
    delete: (key) => store.delete(name, key),
  };
}

const NO_BUCKET: Bucket = { get: () => undefined, put: () => undefined, delete: () => undefined };

/** A role's name without its number. */
function groupOf(role: string): string {
  return role.replace(/-\d+$/, "");
}
