import { join } from "node:path";
import { proxyPorts } from "../../../components/api/haproxy";
import { DEFAULT_DATABASE } from "../../../components/timescaledb/args";
import { API_SECRET, APP_USER } from "../../../components/timescaledb/secrets";
import { CannotRehearseError } from "../../system/preflight";
import type { Rehearsal } from "../../rehearsal";
import { WriterProcess } from "../client";
import type { WriterArgs } from "./writer";

/** A client that inserts numbered rows from an API node, through that node's HAProxy. */
export class Writer extends WriterProcess {
  private constructor(
    rehearsal: Rehearsal,
    host: ConstructorParameters<typeof WriterProcess>[1],
    readonly args: WriterArgs,
  ) {
    super(rehearsal, host, { script: join(__dirname, "writer.ts"), args });
  }

  /** Starts a client on a zone's API node. Throws CannotRehearseError if none is booted. */
  static start(rehearsal: Rehearsal, zone: string, run: string): Writer {
    const machine = rehearsal.machines.find(({ host }) => host.services.includes("api") && host.zone === zone);
    if (machine === undefined) {
      throw new CannotRehearseError(`no API node is booted in ${zone}`);
    }
    return new Writer(rehearsal, machine.host, {
      port: proxyPorts().writer,
      database: DEFAULT_DATABASE,
      user: APP_USER,
      password: rehearsal.secret<{ password: string }>(API_SECRET).password,
      ca: rehearsal.certificateAuthority(),
      run,
    });
  }
}
