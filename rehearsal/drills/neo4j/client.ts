import { join } from "node:path";
import { PORTS } from "../../../components/neo4j/endpoints";
import { API_SECRET } from "../../../components/neo4j/secrets";
import type { Host } from "../../stack/local-stack";
import type { Rehearsal } from "../../rehearsal";
import { WriterProcess } from "../client";
import type { WriterArgs } from "./writer";

/** A client that creates numbered nodes from an API host's network namespace until it is stopped. */
export class Writer extends WriterProcess {
  private constructor(
    rehearsal: Rehearsal,
    host: Host,
    readonly args: WriterArgs,
  ) {
    super(rehearsal, host, { script: join(__dirname, "writer.ts"), args });
  }

  /** Starts a client in the namespace of an API host of the server's zone that is not booted. */
  static async start(rehearsal: Rehearsal, server: Host, run: string): Promise<Writer> {
    const host = rehearsal.clientHost(server.zone);
    await rehearsal.attach(host);
    const { username, password } = rehearsal.secret<{ username: string; password: string }>(API_SECRET);
    return new Writer(rehearsal, host, {
      uri: `neo4j://${server.address}:${PORTS.bolt}`,
      user: username,
      password,
      ca: rehearsal.certificateAuthority(),
      run,
    });
  }
}
