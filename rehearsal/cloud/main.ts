/** The process that emulates the cloud for nodes: metadata, object storage, secrets and package archives. */
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Cloud } from "../../components/model/cloud";
import type { LocalStack } from "../stack/local-stack";
import { ADDRESSES } from "../network/network";
import { awsApis, awsMetadata } from "./aws";
import { gcpApis, gcpMetadata } from "./gcp";
import { answer, type Handler } from "./server";

interface Emulator {
  readonly metadata: (stack: LocalStack) => Handler;
  /** Object storage and secrets. `objects` is a directory for the objects' files. */
  readonly apis: (stack: LocalStack, objects: string) => Handler | Promise<Handler>;
}

const EMULATORS: Readonly<Record<Cloud, Emulator>> = {
  aws: { metadata: awsMetadata, apis: awsApis },
  gcp: { metadata: gcpMetadata, apis: gcpApis },
};

async function main(state: string): Promise<void> {
  const stack = JSON.parse(readFileSync(join(state, "stack.json"), "utf8")) as LocalStack;
  const emulator = EMULATORS[stack.cloud];
  const metadata = emulator.metadata(stack);
  const apis = await emulator.apis(stack, join(state, "objects"));
  const mirror = debian(join(state, "mirror.sock"));
  const archives = new Map(stack.archives.map(({ host, directory }) => [host, files(directory)]));
  const known = callers(stack);
  const certificate = { cert: readFileSync(join(state, "cloud.crt")), key: readFileSync(join(state, "cloud.key")) };
  const plain = known((host) => (METADATA_HOSTS.includes(host) ? metadata : mirror));
  const secure = known((host) => archives.get(host) ?? apis);
  await Promise.all([
    ...[ADDRESSES.metadata, ADDRESSES.internet].map((address) => listening(createServer(plain), address, 80)),
    ...[ADDRESSES.cloud, ADDRESSES.internet].map((address) =>
      listening(createTlsServer(certificate, secure), address, 443),
    ),
  ]);
  writeFileSync(join(state, "cloud.ready"), "");
}

const METADATA_HOSTS: readonly string[] = [ADDRESSES.metadata, "metadata.google.internal"];

/** Identifies the caller by its address, and the service by the requested host name. */
function callers(
  stack: LocalStack,
): (route: (host: string) => Handler) => (i: IncomingMessage, o: ServerResponse) => void {
  const hosts = new Map(stack.hosts.map((host) => [host.address, host]));
  return (route) => (request, response) => {
    const caller = hosts.get(request.socket.remoteAddress!.replace(/^::ffff:/, ""));
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

function listening(server: ReturnType<typeof createServer>, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
}

main(process.argv[2]!).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
