import { randomUUID } from "node:crypto";
import { REQUEST_KEY } from "../../../components/model/bootstrap-keys";
import { nodeSecret } from "../../../components/node/bootstrap/userdata";
import type { RollRequest } from "../../../components/node/roll/request";
import type { NodeStatus } from "../../../components/node/roll/status";
import type { Rehearsal } from "../../rehearsal";
import type { Host, LocalStack } from "../../stack/local-stack";
import { giveOrder, statusOnce } from "../orders";

/** Milliseconds until a node must have answered a request or applied an order. */
const CHANGE_MS = 300_000;

/** Changes Redis' nodes one at a time as a deployer does, without its checks. */
export class RedisRoll {
  constructor(private readonly rehearsal: Rehearsal) {}

  /** Gives a running node its order in another stack and waits until it serves with it. Throws if it does not. */
  async apply(node: string, to: LocalStack): Promise<void> {
    const { bootstrap } = await giveOrder(this.rehearsal, to, node);
    await this.becomes(node, (status) => status.bootstrap === bootstrap && status.phase === "serving");
  }

  /**
   * Opens the firewalls to what another stack allows too. Rules of the clouds follow members to their addresses; here they name
   * addresses.
   */
  async openFirewalls(to: LocalStack): Promise<void> {
    const { stack } = this.rehearsal;
    const hosts = stack.hosts.map((host) => {
      const after = to.hosts.find(({ name }) => name === host.name);
      return after === undefined
        ? host
        : { ...host, ingress: [...host.ingress, ...after.ingress], egress: [...host.egress, ...after.egress] };
    });
    await this.rehearsal.change({ ...stack, hosts });
  }

  /** Lets a member hand over, then boots its machine in another stack with the same disk. */
  async replace(node: string, to: LocalStack): Promise<void> {
    await this.handOver([node]);
    await this.rehearsal.machine(node).shutDown();
    await this.add([node], to);
  }

  /** Boots machines of another stack. Throws if one does not serve. */
  async add(nodes: readonly string[], to: LocalStack): Promise<void> {
    for (const node of nodes) {
      await giveOrder(this.rehearsal, to, node);
      const host = to.hosts.find(({ name }) => name === node)!;
      const secrets = to.secrets.filter(({ name }) => name.endsWith(`-${nodeSecret(node)}`));
      const { stack } = this.rehearsal;
      const others = stack.secrets.filter(({ name }) => !secrets.some((secret) => secret.name === name));
      await this.rehearsal.change({ ...stack, secrets: [...others, ...secrets] });
      await this.rehearsal.replaceHost(this.withFormerRules(host));
    }
    for (const node of nodes) {
      await this.rehearsal.machine(node).waitUntilServing();
    }
  }

  /** A host with the rules of its predecessor in addition to its own. */
  private withFormerRules(host: Host): Host {
    const { ingress = [], egress = [] } = this.rehearsal.stack.hosts.find(({ name }) => name === host.name) ?? {};
    return { ...host, ingress: [...ingress, ...host.ingress], egress: [...egress, ...host.egress] };
  }

  /** Asks roles to hand over and waits until their nodes have answered. */
  async handOver(nodes: readonly string[]): Promise<void> {
    const request: RollRequest = { id: randomUUID(), handOver: nodes, leave: [] };
    await this.rehearsal.putObject(this.rehearsal.bucket("bootstrap"), REQUEST_KEY, JSON.stringify(request));
    for (const node of nodes) {
      await this.becomes(node, (status) => status.answered === request.id);
    }
  }

  private async becomes(node: string, expected: (status: NodeStatus) => boolean): Promise<void> {
    await statusOnce(this.rehearsal, node, expected, CHANGE_MS);
  }
}
