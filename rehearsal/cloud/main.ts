/** The process that emulates the cloud for nodes: metadata, object storage, secrets and package archives. */
import { createReadStream, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Cloud } from "../../components/model/cloud";
import type { Host, LocalStack } from "../stack/local-stack";
import { ADDRESSES } from "../network/network";
import { awsApis, awsMetadata } from "./aws";
import { gcpApis, gcpMetadata } from "./gcp";
import { ownerSocket, RELOAD_PATH } from "./owner";
import { answer, type Apis, type Handler, type Stored } from "./server";

interface Emulator {
  readonly metadata: (stack: LocalStack) => Handler;
  /** `objects` is a directory for the objects' files. */
  readonly apis: (stack: LocalStack, objects: string) => Apis;
}

const EMULATORS: Readonly<Record<Cloud, Emulator>> = {
  aws: { metadata: awsMetadata, apis: awsApis },
  gcp: { metadata: gcpMetadata, apis: gcpApis },
};

async function main(state: string): Promise<void> {
  const read = (): LocalStack => JSON.parse(readFileSync(join(state, "stack.json"), "utf8")) as LocalStack;
  let stack = read();
  const emulator = EMULATORS[stack.cloud];
  const metadata = emulator.metadata(stack);
  const apis = emulator.apis(stack, join(state, "objects"));
  await apis.change(NOTHING, stack);
  const reload = async (): Promise<void> => {
    const next = read();
    await apis.change(stack, next);
    stack = next;
  };
  const mirror = debian(join(state, "mirror.sock"));
  const archives = new Map(stack.archives.map(({ host, directory }) => [host, files(directory)]));
  const known = callers(() => stack.hosts);
  const certificate = { cert: readFileSync(join(state, "cloud.crt")), key: readFileSync(join(state, "cloud.key")) };
  const plain = known((host) => (METADATA_HOSTS.includes(host) ? metadata : mirror));
  const secure = known((host) => archives.get(host) ?? apis.ofNodes);
  rmSync(ownerSocket(state), { force: true });
  await Promise.all([
    ...[ADDRESSES.metadata, ADDRESSES.internet].map((address) => listening(createServer(plain), address, 80)),
    ...[ADDRESSES.cloud, ADDRESSES.internet].map((address) =>
      listening(createTlsServer(certificate, secure), address, 443),
    ),
    listening(createServer(owner(apis, reload)), ownerSocket(state)),
  ]);
  writeFileSync(join(state, "cloud.ready"), "");
}

const NOTHING: Stored = { buckets: [], objects: [], secrets: [] };

/** The owner's requests. A request to RELOAD_PATH makes the stand-ins read stack.json again. */
function owner({ ofOwner }: Apis, reload: () => Promise<void>): (i: IncomingMessage, o: ServerResponse) => void {
  return (request, response) => {
    const handled =
      request.url === RELOAD_PATH ? reload().then(() => answer(response, 200, "")) : ofOwner(request, response);
    Promise.resolve(handled).catch((error: unknown) => {
      console.error(`owner ${request.method} ${request.url}: ${String(error)}`);
      answer(response, 500, String(error));
    });
  };
}

const METADATA_HOSTS: readonly string[] = [ADDRESSES.metadata, "metadata.google.internal"];

/** Identifies the caller by its address, and the service by the requested host name. */
function callers(
  hosts: () => readonly Host[],
): (route: (host: string) => Handler) => (i: IncomingMessage, o: ServerResponse) => void {
  return (route) => (request, response) => {
    const source = request.socket.remoteAddress!.replace(/^::ffff:/, "");
    const caller = hosts().find(({ address }) => address === source);
    if (caller === undefined) {
      answer(response, 403, "not a host of this stack");
      return;
    }
    Promise.resolve(route(request.headers.host!.split(":")[0]!)(request, response, caller)).catch((error: unknown) => {
      console.error(`${caller.name} ${request.method} ${request.url}: ${String(error)}`);
      if (response.headersSent) {
        response.destroy(); // a node may lose its power while it receives a response
      } else {
        answer(response, 500, String(error));
      }
    });
  };
}

/** Debian's archive, through the mirror's cache. */
function debian(socketPath: string): Handler {
  return (request, response) => {
    const { method, url, headers } = request;
    const forwarded = httpRequest({ socketPath, method, path: url, headers }, (answered) => {
      response.writeHead(answered.statusCode!, answered.headers);
      answered.pipe(response);
    });
    forwarded.on("error", (error) => answer(response, 502, error.message));
    request.pipe(forwarded);
  };
}

/** Serves the files of a directory. */
function files(directory: string): Handler {
  return async ({ url }, response) => {
    const path = normalize(join(directory, decodeURIComponent(new URL(url!, "https://archive").pathname)));
    const { size } = await stat(path).catch(() => ({ size: undefined }));
    if (size === undefined || !path.startsWith(`${directory}/`)) {
      return answer(response, 404, "");
    }
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": size });
    await pipeline(createReadStream(path), response);
  };
}

function listening(server: ReturnType<typeof createServer>, address: string, port?: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    if (port === undefined) {
      server.listen(address, resolve); // a Unix socket
    } else {
      server.listen(port, address, resolve);
    }
  });
}

main(process.argv[2]!).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
