import { readFileSync } from "node:fs";
import { join } from "node:path";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { LoggedCall } from "../../../rehearsal/providers/call-log";
import { CALLS_FILE, type Session } from "../../../rehearsal/providers/session";
import { properties, toStruct, type Properties } from "../../../rehearsal/providers/wire";

/** A created resource. */
export interface Created {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** Calls providers as an engine does. */
export class Engine {
  private readonly clients: ReadonlyMap<string, ResourceProviderClient>;

  constructor(
    session: Session,
    private readonly stack: string,
  ) {
    const addresses = session.environment.PULUMI_DEBUG_PROVIDERS!.split(",").map((each) => each.split(":"));
    this.clients = new Map(
      addresses.map(([name, port]) => [
        name!,
        new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure()),
      ]),
    );
  }

  async create(type: string, name: string, inputs: Properties): Promise<Created> {
    const urn = `urn:pulumi:${this.stack}::ape-deploy::${type}::${name}`;
    const request = new messages.CreateRequest().setUrn(urn).setProperties(toStruct(inputs));
    const response = await answered<messages.CreateResponse>((done) => this.of(urn).create(request, done));
    return { urn, id: response.getId(), inputs, outputs: properties(response.getProperties()) };
  }

  async diff({ urn, id, inputs }: Created, after: Properties): Promise<{ changed: string[]; replaces: string[] }> {
    const request = new messages.DiffRequest().setUrn(urn).setId(id);
    request.setOldInputs(toStruct(inputs)).setNews(toStruct(after));
    const response = await answered<messages.DiffResponse>((done) => this.of(urn).diff(request, done));
    return { changed: response.getDiffsList(), replaces: response.getReplacesList() };
  }

  async update({ urn, id, inputs }: Created, after: Properties): Promise<Created> {
    const request = new messages.UpdateRequest().setUrn(urn).setId(id);
    request.setOldInputs(toStruct(inputs)).setNews(toStruct(after));
    const response = await answered<messages.UpdateResponse>((done) => this.of(urn).update(request, done));
    return { urn, id, inputs: after, outputs: properties(response.getProperties()) };
  }

  async delete({ urn, id }: Created): Promise<void> {
    const request = new messages.DeleteRequest().setUrn(urn).setId(id);
    await answered((done) => this.of(urn).delete(request, done));
  }

  /** The id of a resource as a refresh reads it; empty if it no longer exists. */
  async read({ urn, id }: Created): Promise<string> {
    const request = new messages.ReadRequest().setUrn(urn).setId(id);
    return (await answered<messages.ReadResponse>((done) => this.of(urn).read(request, done))).getId();
  }

  close(): void {
    this.clients.forEach((client) => client.close());
  }

  private of(urn: string): ResourceProviderClient {
    return this.clients.get(urn.split("::")[2]!.split(":")[0]!)!;
  }
}

/** The calls that a session has logged. */
export function loggedCalls(directory: string): LoggedCall[] {
  const lines = readFileSync(join(directory, CALLS_FILE), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as LoggedCall);
}

function answered<T>(send: (done: (error: ServiceError | null, response: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    send((error, response) => (error === null ? resolve(response) : reject(new Error(error.details))));
  });
}
