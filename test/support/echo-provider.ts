import { createHash } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { SECRET_SIGNATURE, SIGNATURE } from "../../planning/record";

/** A resource that the engine creates, updates or deletes. */
export interface Call {
  readonly op: "create" | "update" | "delete";
  /** For example "aws:ec2/instance:Instance". */
  readonly type: string;
  readonly name: string;
  /** Inputs, with secrets in plain text. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Carries a call out. Throws if the cloud refuses it. */
export type Cloud = (call: Call) => void;

/**
 * Providers for PULUMI_DEBUG_PROVIDERS that return what they get and tell a simulated cloud of it. Every change is in place.
 */
export async function startProviders(
  packages: readonly string[],
  cloud: Cloud,
): Promise<{ readonly attach: string; readonly stop: () => void }> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, methods(cloud));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return {
    attach: packages.map((name) => `${name}:${port}`).join(","),
    stop: () => server.forceShutdown(),
  };
}

type Method = (request: never) => object;

function methods(cloud: Cloud): grpc.UntypedServiceImplementation {
  const empty: Method = () => new Empty();
  return Object.fromEntries(
    Object.entries({
      handshake: () => {
        const answer = new proto.ProviderHandshakeResponse();
        answer.setAcceptSecrets(true);
        answer.setAcceptResources(true);
        answer.setAcceptOutputs(true);
        return answer;
      },
      checkConfig: echoChecked,
      diffConfig: () => new proto.DiffResponse(),
      configure: () => {
        const answer = new proto.ConfigureResponse();
        answer.setAcceptsecrets(true);
        answer.setSupportspreview(true);
        answer.setAcceptresources(true);
        answer.setAcceptoutputs(true);
        return answer;
      },
      check: echoChecked,
      diff,
      create: (request: proto.CreateRequest) => create(request, cloud),
      update: (request: proto.UpdateRequest) => update(request, cloud),
      delete: (request: proto.DeleteRequest) => {
        cloud({ op: "delete", ...named(request.getUrn()), inputs: plain(request.getProperties()) });
        return new Empty();
      },
      read: (request: proto.ReadRequest) => {
        const answer = new proto.ReadResponse();
        answer.setId(request.getId());
        answer.setProperties(request.getProperties());
        answer.setInputs(request.getInputs());
        return answer;
      },
      cancel: empty,
      attach: empty,
      signalCancellation: empty,
      getPluginInfo: () => {
        const answer = new plugin.PluginInfo();
        answer.setVersion("9.9.9");
        return answer;
      },
    } as Record<string, Method>).map(([name, method]) => [name, unary(method)]),
  );
}

function unary(method: Method): grpc.handleUnaryCall<object, object> {
  return (call, callback) => {
    try {
      callback(null, method(call.request as never));
    } catch (error) {
      callback({ code: grpc.status.UNKNOWN, message: (error as Error).message });
    }
  };
}

function echoChecked(request: proto.CheckRequest): proto.CheckResponse {
  const answer = new proto.CheckResponse();
  answer.setInputs(request.getNews());
  return answer;
}

function diff(request: proto.DiffRequest): proto.DiffResponse {
  const [before, after] = [plain(request.getOldInputs()), plain(request.getNews())];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => canonical(before[key]) !== canonical(after[key]),
  );
  const answer = new proto.DiffResponse();
  answer.setChanges(keys.length === 0 ? 1 : 2);
  answer.setDiffsList(keys);
  return answer;
}

function create(request: proto.CreateRequest, cloud: Cloud): proto.CreateResponse {
  const { type, name } = named(request.getUrn());
  const answer = new proto.CreateResponse();
  if (request.getPreview()) {
    answer.setProperties(request.getProperties());
    return answer;
  }
  cloud({ op: "create", type, name, inputs: plain(request.getProperties()) });
  answer.setId(`${name}-${createHash("sha256").update(request.getUrn()).digest("hex").slice(0, 8)}`);
  answer.setProperties(outputs(type, name, request.getProperties()));
  return answer;
}

function update(request: proto.UpdateRequest, cloud: Cloud): proto.UpdateResponse {
  const { type, name } = named(request.getUrn());
  if (!request.getPreview()) {
    cloud({ op: "update", type, name, inputs: plain(request.getNews()) });
  }
  const answer = new proto.UpdateResponse();
  answer.setProperties(outputs(type, name, request.getNews()));
  return answer;
}

/** Inputs, and the few outputs that programs read. */
function outputs(type: string, name: string, inputs: Struct | undefined): Struct {
  const known = {
    arn: `arn:aws:echo:us-east-1:111111111111:${name}`,
    name,
    dnsName: `${name}.example.com`,
    zoneId: "Z1",
  };
  const computed: Record<string, string | number> = type.startsWith("random:")
    ? { result: "x".repeat(24) }
    : { ...known, latestVersion: 1 };
  return Struct.fromJavaScript({ ...computed, ...(inputs?.toJavaScript() ?? {}) });
}

function named(urn: string): { readonly type: string; readonly name: string } {
  const [, , types, name] = urn.split("::");
  return { type: types!.split("$").at(-1)!, name: name! };
}

function plain(properties: Struct | undefined): Record<string, unknown> {
  return revealed(properties?.toJavaScript() ?? {}) as Record<string, unknown>;
}

function revealed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(revealed);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const object = value as Record<string, unknown>;
  return object[SIGNATURE] === SECRET_SIGNATURE
    ? revealed(object.value)
    : Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, revealed(inner)]));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b)))
      : inner,
  );
}
