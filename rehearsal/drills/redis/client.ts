import { join } from "node:path";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "../../../components/redis/endpoints";
import { dnsName } from "../../../components/model/role";
import type { Host } from "../../stack/local-stack";
import type { Rehearsal } from "../../rehearsal";
import { run } from "../../system/process";
import { CLIENT_DIRECTORY, clientCommand, WriterProcess } from "../client";
import type { ReaderArgs } from "./reader";
import type { WriterArgs } from "./writer";

/** A client that writes numbered keys from an API host's network namespace until it is stopped. */
export class Writer extends WriterProcess {
  private constructor(
    private readonly rehearsal: Rehearsal,
    host: Host,
    private readonly args: WriterArgs,
  ) {
    super(rehearsal, host, { script: join(__dirname, "writer.ts"), args });
  }

  /**
   * Starts a client in the namespace of an API host of that zone that is not booted. If one is booted, it finds the Sentinels
   * by the names in that node's hosts file, as the API does.
   */
  static async start(rehearsal: Rehearsal, zone: string, prefix: string): Promise<Writer> {
    const host = rehearsal.clientHost(zone);
    await rehearsal.attach(host);
    const { username, password } = rehearsal.secret<{ username: string; password: string }>("redis-api");
    const members = rehearsal.machines.filter((machine) => machine.host.services.includes("redis"));
    const api = rehearsal.machines.find((machine) => machine.host.services.includes("api"));
    const sentinels =
      api === undefined
        ? members.map((machine) => machine.host.address)
        : members.map((_, index) => dnsName(`redis-${index + 1}`));
    const args: WriterArgs = {
      sentinels: sentinels.map((name) => ({ host: name, port: SENTINEL_PORT })),
      ...(api === undefined ? {} : { hosts: api.path("/etc/hosts") }),
      masterName: MASTER_NAME,
      username,
      password,
      ca: rehearsal.certificateAuthority(),
      prefix,
    };
    return new Writer(rehearsal, host, args);
  }

  /** The acknowledged numbers that a member has. */
  read(address: string): Promise<number[]> {
    return this.visit(address, false);
  }

  /** Deletes all acknowledged keys from a member; returns the numbers that it had. */
  erase(address: string): Promise<number[]> {
    return this.visit(address, true);
  }

  private async visit(address: string, erase: boolean): Promise<number[]> {
    const { username, password, ca, prefix } = this.args;
    const numbers = this.acknowledged.map(({ number }) => number);
    const args: ReaderArgs = { address, port: REDIS_PORT, username, password, ca, prefix, erase };
    const found = await run(clientCommand(this.rehearsal, this.host, { script: join(__dirname, "reader.ts"), args }), {
      input: JSON.stringify(numbers),
      cwd: CLIENT_DIRECTORY,
    });
    return JSON.parse(found) as number[];
  }
}
