import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "../../../components/redis/endpoints";
import { USERS } from "../../../components/redis/secrets";
import { TLS } from "../../../components/model/tls";
import { MEMBERS } from "../../../components/redis/topology";
import { CannotRehearseError } from "../../system/preflight";
import type { Machine } from "../../machine/machine";
import type { Rehearsal } from "../../rehearsal";
import { until } from "../../system/process";

/** Redis members, queried on their own nodes. */
export class RedisMembers {
  readonly machines: readonly Machine[];

  constructor(rehearsal: Rehearsal) {
    this.machines = rehearsal.machines.filter(({ host }) => host.services.includes("redis"));
    if (this.machines.length !== MEMBERS.sentinel) {
      throw new CannotRehearseError(
        "the drill requires Redis with Sentinel: highAvailability true and redisMode auto, for example --stack prod",
      );
    }
  }

  /** The member that reports itself master; undefined if there is none. Throws if there are two. */
  async master(): Promise<Machine | undefined> {
    const roles = await Promise.all(this.machines.map(async (machine) => (await replication(machine)).role));
    const masters = this.machines.filter((_, index) => roles[index] === "master");
    if (masters.length > 1) {
      throw new Error(
        `split brain: ${masters.map(({ host }) => host.name).join(" and ")} both report themselves master`,
      );
    }
    return masters[0];
  }

  /** Seconds until there is one master, all replicas follow it and every Sentinel sees all members; undefined after `timeoutMs`. */
  async waitUntilHealthy(timeoutMs: number): Promise<number | undefined> {
    const started = Date.now();
    const whole = await until(async () => (await this.replicating()) && (await this.watched()), timeoutMs, 500);
    return whole ? (Date.now() - started) / 1000 : undefined;
  }

  private async replicating(): Promise<boolean> {
    const states = await Promise.all(this.machines.map(replication));
    const followers = states.filter(({ role, master_link_status: link }) => role === "slave" && link === "up");
    return states.filter(({ role }) => role === "master").length === 1 && followers.length === this.machines.length - 1;
  }

  private async watched(): Promise<boolean> {
    const others = this.machines.length - 1;
    const views = await Promise.all(
      this.machines.map(async (machine) => pairs(await sentinel(machine, "master", MASTER_NAME))),
    );
    return views.every(
      (view) =>
        view["num-slaves"] === String(others) &&
        view["num-other-sentinels"] === String(others) &&
        view.flags === "master",
    );
  }
}

/** A member's "info replication"; empty if it does not answer. */
export async function replication(machine: Machine): Promise<Readonly<Record<string, string>>> {
  const text = await redisCli(machine, USERS.monitoring, REDIS_PORT, ["info", "replication"]);
  return Object.fromEntries(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(":"))
      .map((line) => line.split(":", 2) as [string, string]),
  );
}

function sentinel(machine: Machine, ...command: readonly string[]): Promise<string> {
  return redisCli(machine, USERS.sentinel, SENTINEL_PORT, ["sentinel", ...command]);
}

/** Runs redis-cli on a member's node as one of its users. Returns "" if the command fails. */
export async function redisCli(
  machine: Machine,
  user: string,
  port: number,
  command: readonly string[],
): Promise<string> {
  const script = `REDISCLI_AUTH=$(cat "/etc/redis/$0.password") exec redis-cli --no-auth-warning --tls --cacert ${TLS.ca} -h localhost --user "$0" "$@"`;
  const { code, stdout } = await machine.attempt(["bash", "-c", script, user, "-p", String(port), ...command], {
    timeoutMs: 5000,
  });
  return code === 0 ? stdout : "";
}

/** Parses redis-cli's alternating lines of names and values. */
function pairs(text: string): Readonly<Record<string, string>> {
  const lines = text.split(/\r?\n/);
  return Object.fromEntries(
    lines.flatMap((line, index) =>
      index % 2 === 0 && lines[index + 1] !== undefined ? [[line, lines[index + 1]!]] : [],
    ),
  );
}
