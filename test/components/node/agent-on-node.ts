import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootstrapKey, orderKey, REQUEST_KEY, statusKey } from "../../../components/model/bootstrap-keys";
import type { Cloud } from "../../../components/model/cloud";
import type { Membership, Placed, Provision } from "../../../components/model/role";
import { programFiles } from "../../../components/node/bootstrap/programs";
import { renderOrder, type Applied } from "../../../components/node/roll/order";
import type { RollRequest } from "../../../components/node/roll/request";
import type { NodeStatus } from "../../../components/node/roll/status";
import { SimulatedBucket } from "./simulated-bucket";
import { outputOf, SimulatedNode } from "./simulated-cloud";

/** The type of the simulated machine. */
export const MACHINE = "t3a.small";

/** A node with an agent, whose role is a few files: `healthy`, `leads`... The bootstraps append to `ran`. */
export class AgentOnNode {
  readonly bucket: SimulatedBucket;
  readonly node: SimulatedNode;
  private agent: ChildProcess | undefined;
  private printed: () => string = () => "";

  constructor(cloud: Cloud, peers: readonly Placed[] = []) {
    this.bucket = new SimulatedBucket(cloud);
    this.node = new SimulatedNode(cloud, this.bucket.answers);
    this.node.add("bin/systemctl", '#!/bin/bash\necho "$@" >>"${0%/*}/../ran"\n');
    this.node.add("bin/dpkg-query", "#!/bin/bash\necho cache-server 8.0\n");
    const self = this.placed("redis-1");
    for (const { path, content } of programFiles([{ placed: self, ...this.provision() }], [self, ...peers])) {
      if (path.startsWith("/etc/systemd")) continue;
      const hurried = content.replace("POLL_SECONDS=10", "POLL_SECONDS=1").replace("pause < 5 ? 5", "pause < 1 ? 1");
      writeFileSync(this.node.within(path), this.node.within(hurried));
    }
  }

  private placed(name: string): Placed {
    const role = {
      service: "redis" as const,
      name,
      zone: 0,
      needs: { vcpu: 1, memGiB: 1 },
      listens: [],
      secrets: [],
      grants: [],
      provision: () => this.provision(),
    };
    return { role, node: name, address: "10.60.16.112" };
  }

  private provision(): Provision {
    const at = (name: string): string => join(this.node.folder, name);
    const membership: Membership = {
      leads: `test -e ${at("leads")}`,
      handOver: `test ! -e ${at("stubborn")} || { echo no other member is in step; exit 1; }; rm -f ${at("leads")}; echo hand over >>${at("ran")}`,
      resume: `echo resume >>${at("ran")}`,
      peersMoved: `echo peers moved >>${at("ran")}`,
      reports: "echo release 7",
    };
    return {
      packages: ["cache-server=8.0"],
      files: [],
      units: ["cache.service"],
      health: `test -e ${at("healthy")}`,
      membership,
    };
  }

  /** Uploads a bootstrap that runs this script, and returns its hash. */
  bootstrap(script: string): string {
    const content = `cd ${this.node.folder}\n${script}\n`;
    const sha256 = createHash("sha256").update(content).digest("hex");
    this.bucket.put(bootstrapKey(sha256), content);
    return sha256;
  }

  order(bootstrap: string, machine = MACHINE, applied: Applied = "live"): void {
    this.bucket.put(orderKey("redis-1"), renderOrder({ bootstrap, machine, instance: "1" }, applied));
  }

  request(request: RollRequest): void {
    this.bucket.put(REQUEST_KEY, JSON.stringify(request));
  }

  /** Boots for the first time with a bootstrap, and starts the agent. */
  async boot(bootstrap: string, applied?: Applied): Promise<void> {
    this.touch("healthy", "leads");
    this.order(bootstrap, MACHINE, applied);
    await this.node.start();
    const { status, output } = await this.node.run("boot");
    assert.equal(status, 0, output);
    this.start();
  }

  start(): void {
    this.agent = this.node.spawn("agent");
    this.printed = outputOf(this.agent);
  }

  touch(...names: readonly string[]): void {
    names.forEach((name) => writeFileSync(join(this.node.folder, name), ""));
  }

  remove(name: string): void {
    rmSync(join(this.node.folder, name), { force: true });
  }

  /** What ran on the node, in order. */
  get ran(): string[] {
    return existsSync(join(this.node.folder, "ran")) ? this.node.read("ran").trim().split("\n") : [];
  }

  /** Waits for a status. */
  async status(is: (status: NodeStatus) => boolean, key = statusKey("redis-1")): Promise<NodeStatus> {
    for (let tries = 0; tries < 200; tries++) {
      const text = this.bucket.get(key);
      const status = text === undefined ? undefined : (JSON.parse(text) as NodeStatus);
      if (status !== undefined && is(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`no such status within 20 s; the last was ${this.bucket.get(key)}; the agent: ${this.printed()}`);
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.agent?.on("close", resolve) ?? resolve(undefined));
    this.agent?.kill("SIGKILL");
    await ended;
    this.node.end();
  }
}
