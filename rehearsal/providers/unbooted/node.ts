import { randomUUID } from "node:crypto";
import {
  bootstrapKey,
  memberStatusPrefix,
  orderKey,
  REQUEST_KEY,
  statusKey,
} from "../../../components/model/bootstrap-keys";
import { RELEASE_KEY } from "../../../components/api/release";
import type { NodeOrder } from "../../../components/node/roll/order";
import type { RollRequest } from "../../../components/node/roll/request";
import { STATUS_VERSION, type NodeStatus, type Phase, type RoleStatus } from "../../../components/node/roll/status";
import type { Host } from "../../stack/local-stack";

/** What is wrong with a node: it does not answer, its bootstrap fails, its roles are not healthy, or they lag. */
export type Fault = "silent" | "fails" | "unhealthy" | "lags";

/** The objects of the bootstrap bucket, as the node sees them. */
export interface Bucket {
  get(key: string): string | undefined;
  put(key: string, content: string): void;
  delete(key: string): void;
}

/** Milliseconds that an unbooted node takes. */
export const DURATIONS_MS = { boot: 400, apply: 200 } as const;

const WAITING = "waits for machine";

/** A node that does nothing but what its agent would say: it takes orders and requests, and writes statuses. */
export class UnbootedNode {
  private bootId = randomUUID();
  private poweredAt: number;
  private on = true;
  private bootstrap = "";
  private applyingSince: number | undefined;
  private failed = "";
  private request: RollRequest = { id: "", handOver: [], leave: [] };
  private written = "";

  constructor(
    private current: Host,
    private readonly bucket: Bucket,
    now: number,
  ) {
    this.poweredAt = now;
  }

  get host(): Host {
    return this.current;
  }

  /** Its place in the bucket; members of a group have one for each instance. */
  get statusKey(): string {
    const { name, group, instance } = this.host;
    return group === undefined ? statusKey(name) : `${memberStatusPrefix(group)}${instance}.json`;
  }

  /** The host has changed; a start is needed if `starts`. */
  become(host: Host, starts: boolean, now: number): void {
    this.current = host;
    if (starts) {
      Object.assign(this, { on: true, poweredAt: now, bootId: randomUUID(), failed: "", bootstrap: "" });
    }
  }

  powerOff(): void {
    this.on = false;
  }

  /** The instance is deleted. A group's member deletes its status when it shuts down. */
  end(): void {
    this.on = false;
    if (this.host.group !== undefined) {
      this.bucket.delete(this.statusKey);
    }
  }

  /** Roles that use their disk. */
  get usesDisks(): readonly string[] {
    const { leave, from } = this.request;
    const { name, instance } = this.host;
    const left = leave.filter((role) => [name, instance].includes(from?.[role] ?? name));
    return this.on ? this.roles().filter((role) => !left.includes(role)) : [];
  }

  /** Whether a role may lead its group: it serves here and was not asked to hand over. */
  canLead(role: string): boolean {
    return (
      this.on &&
      this.bootstrap !== "" &&
      this.usesDisks.includes(role) &&
      !this.request.handOver.includes(role) &&
      !role.includes("witness")
    );
  }

  roles(): string[] {
    return named(this.script(this.bootstrap), "await_health");
  }

  /** Reads order and request, and writes the status if it changed. `leads` decides who leads. */
  poll(now: number, fault: Fault | undefined, leads: (role: string) => boolean): void {
    if (!this.on || fault === "silent") {
      return;
    }
    const order = this.order();
    const asked = JSON.parse(this.bucket.get(REQUEST_KEY) ?? "null") as RollRequest | null;
    this.request = asked ?? this.request;
    const phase = order === undefined ? "booting" : this.advance(order, now, fault);
    const status = this.status(phase, order, leads, fault);
    const text = JSON.stringify(status);
    if (text !== this.written) {
      this.written = text;
      this.bucket.put(this.statusKey, JSON.stringify({ ...status, at: new Date(now).toISOString() }));
    }
  }

  /** Goes on with the boot or with a new order; returns the phase. */
  private advance(order: NodeOrder, now: number, fault: Fault | undefined): Phase {
    const serving = this.request.handOver.some((role) => this.roles().includes(role)) ? "draining" : "serving";
    if (this.bootstrap === order.bootstrap || this.waits(order)) {
      return serving;
    }
    if (this.failed === order.bootstrap) {
      return "failed";
    }
    const isBoot = this.bootstrap === "";
    this.applyingSince ??= isBoot ? this.poweredAt : now;
    const missing = named(this.script(order.bootstrap), "mount_disk").some(
      (role) => !this.host.disks.some(({ name }) => name === `${role}-data`),
    );
    if (missing || now - this.applyingSince < DURATIONS_MS[isBoot ? "boot" : "apply"]) {
      return isBoot ? "booting" : "applying";
    }
    this.applyingSince = undefined;
    if (fault === "fails") {
      this.failed = order.bootstrap;
      return "failed";
    }
    this.bootstrap = order.bootstrap;
    return serving;
  }

  private waits(order: NodeOrder): boolean {
    return this.bootstrap !== "" && order.machine !== this.host.instanceType;
  }

  private status(
    phase: Phase,
    order: NodeOrder | undefined,
    leads: (role: string) => boolean,
    fault: Fault | undefined,
  ): Omit<NodeStatus, "at"> {
    const { name, group, instance, instanceType } = this.host;
    const role = (each: string): RoleStatus => ({
      service: this.host.services.find((service) => each.startsWith(service)) ?? each,
      healthy: fault !== "unhealthy",
      inStep: fault !== "lags" && fault !== "unhealthy",
      leads: leads(each),
      reports: each === "api" ? (this.bucket.get(RELEASE_KEY) ?? "").trim() : "", // the image that it runs
    });
    const waiting = order !== undefined && this.waits(order) && this.bootstrap !== order.bootstrap;
    return {
      version: STATUS_VERSION,
      node: group ?? name,
      instance,
      bootId: this.bootId,
      machine: instanceType,
      bootstrap: this.bootstrap,
      ordered: order?.bootstrap ?? "",
      phase,
      reason: phase === "failed" ? "its bootstrap fails on purpose" : waiting ? `${WAITING} ${order.machine}` : "",
      roles: Object.fromEntries(this.usesDisks.map((each) => [each, role(each)])),
      seconds: 1,
      packages: {},
      answered: this.request.id,
    };
  }

  private order(): NodeOrder | undefined {
    const text = this.bucket.get(orderKey(this.host.group ?? this.host.name));
    return text === undefined ? undefined : (JSON.parse(text) as NodeOrder);
  }

  private script(sha256: string): string {
    return (sha256 === "" ? undefined : this.bucket.get(bootstrapKey(sha256))) ?? "";
  }
}

/** First arguments of a function's calls in a bootstrap. */
function named(script: string, called: string): string[] {
  return [...script.matchAll(new RegExp(`^${called} '?([a-z0-9-]+)`, "gm"))].map(([, role]) => role!);
}
