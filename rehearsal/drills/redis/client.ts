import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "../../../components/redis/endpoints";
import { dnsName } from "../../../components/model/role";
import type { Host } from "../../stack/local-stack";
import type { Machine } from "../../machine/machine";
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
   * Starts a client in the namespace of an API host of that zone that is not booted. It finds the Sentinels by name: in the
   * hosts file of an API node that is booted, otherwise in one that `followMembers` writes.
   */
  static async start(rehearsal: Rehearsal, zone: string, prefix: string): Promise<Writer> {
    const host = rehearsal.clientHost(zone);
    await rehearsal.attach(host);
    const { username, password } = rehearsal.secret<{ username: string; password: string }>("redis-api");
    const api = rehearsal.machines.find((machine) => machine.host.services.includes("api"));
    const hosts = api?.path("/etc/hosts") ?? join(mkdtempSync(join(tmpdir(), "ape-hosts-")), "hosts");
    if (api === undefined) {
      writeHosts(rehearsal, hosts);
    }
    const args: WriterArgs = {
      sentinels: namesOf(rehearsal).map((name) => ({ host: name, port: SENTINEL_PORT })),
      hosts,
      masterName: MASTER_NAME,
      username,
      password,
      ca: rehearsal.certificateAuthority(),
      prefix,
    };
    return new Writer(rehearsal, host, args);
  }

  /** Writes the client's hosts file after members moved, where no API node does. */
  followMembers(): void {
    if (!this.rehearsal.services.includes("api")) {
      writeHosts(this.rehearsal, this.args.hosts);
    }
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

function membersOf(rehearsal: Rehearsal): Machine[] {
  return rehearsal.machines.filter(({ host }) => host.services.includes("redis"));
}

function namesOf(rehearsal: Rehearsal): string[] {
  return membersOf(rehearsal).map((_, index) => dnsName(`redis-${index + 1}`));
}

function writeHosts(rehearsal: Rehearsal, path: string): void {
  const members = [...membersOf(rehearsal)].sort((a, b) => a.host.name.localeCompare(b.host.name, "en"));
  const names = namesOf(rehearsal);
  writeFileSync(path, members.map(({ host }, index) => `${host.address} ${names[index]}\n`).join(""));
}
