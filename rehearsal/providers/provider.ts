import { status, type handleUnaryCall, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { CallLog } from "./call-log";
import { SimulatedCloud } from "./simulated-cloud";
import { canonical, differing, properties, toStruct } from "./wire";

const VERSION = "9.9.9";
const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;

/** A Pulumi provider whose cloud is a simulated one. */
export function provider(name: string, cloud: SimulatedCloud, log: CallLog): UntypedServiceImplementation {
  return { ...handshakes(name), ...configuration(), ...planning(cloud), ...changes(cloud, log) };
}

/** A unary call as a function of its request. An exception becomes the call's error. */
function call<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    Promise.resolve()
      .then(() => answer(request))
      .then(
        (response) => callback(null, response),
        (error: unknown) =>
          callback({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
      );
  };
}

const EMPTY = call(() => new Empty());

function handshakes(name: string): UntypedServiceImplementation {
  return {
    handshake: call(() =>
      new messages.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true).setAcceptOutputs(true),
    ),
    attach: EMPTY,
    cancel: EMPTY,
    getPluginInfo: call(() => new PluginInfo().setVersion(VERSION)),
    getSchema: call(() => new messages.GetSchemaResponse().setSchema(JSON.stringify({ name, version: VERSION }))),
    getMapping: call(() => new messages.GetMappingResponse()),
    getMappings: call(() => new messages.GetMappingsResponse()),
    invoke: call((request: messages.InvokeRequest): messages.InvokeResponse => {
      throw new Error(`the simulated cloud answers no questions, and the program needs none: ${request.getTok()}`);
    }),
  };
}

function configuration(): UntypedServiceImplementation {
  return {
    checkConfig: call((request: messages.CheckRequest) => new messages.CheckResponse().setInputs(request.getNews())),
    diffConfig: call((request: messages.DiffRequest) => {
      const same = canonical(properties(request.getOldInputs())) === canonical(properties(request.getNews()));
      return new messages.DiffResponse().setChanges(same ? DIFF_NONE : DIFF_SOME);
    }),
    configure: call(() =>
      new messages.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setAcceptresources(true)
        .setAcceptoutputs(true),
    ),
  };
}

function planning(cloud: SimulatedCloud): UntypedServiceImplementation {
  return {
    check: call((request: messages.CheckRequest) => new messages.CheckResponse().setInputs(request.getNews())),
    diff: call((request: messages.DiffRequest) => {
      const [before, after] = [properties(request.getOldInputs()), properties(request.getNews())];
      const { changed, replaces } = SimulatedCloud.difference(typeOf(request.getUrn()), before, after);
      return new messages.DiffResponse()
        .setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME)
        .setDiffsList([...changed])
        .setReplacesList([...replaces]);
    }),
    read: call((request: messages.ReadRequest) =>
      cloud.exists(request.getId())
        ? new messages.ReadResponse()
            .setId(request.getId())
            .setProperties(request.getProperties())
            .setInputs(request.getInputs())
        : new messages.ReadResponse(),
    ),
  };
}

function changes(cloud: SimulatedCloud, log: CallLog): UntypedServiceImplementation {
  return {
    create: call(async (request: messages.CreateRequest) => {
      const urn = request.getUrn();
      if (request.getPreview()) {
        return new messages.CreateResponse().setProperties(request.getProperties());
      }
      const { id, outputs } = await log.note({ method: "create", urn }, () =>
        cloud.create(urn, properties(request.getProperties())),
      );
      return new messages.CreateResponse().setId(id).setProperties(toStruct(outputs));
    }),
    update: call(async (request: messages.UpdateRequest) => {
      const [urn, id, inputs] = [request.getUrn(), request.getId(), properties(request.getNews())];
      const changed = differing(properties(request.getOldInputs()), inputs);
      const outputs = request.getPreview()
        ? cloud.previewed(id, inputs)
        : await log.note({ method: "update", urn, changed }, () => cloud.update(id, urn, inputs));
      return new messages.UpdateResponse().setProperties(toStruct(outputs));
    }),
    delete: call(async (request: messages.DeleteRequest) => {
      const urn = request.getUrn();
      await log.note({ method: "delete", urn }, () => cloud.delete(request.getId(), urn));
      return new Empty();
    }),
  };
}

function typeOf(urn: string): string {
  return urn.split("::")[2]!.split("$").at(-1)!;
}
