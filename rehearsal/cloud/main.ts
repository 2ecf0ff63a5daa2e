/** The cloud as the rehearsal's nodes see it: metadata, object storage, secrets and the way to Debian's packages. */
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";
import type { LocalStack } from "../stack/local-stack";
import { ADDRESSES } from "../network/network";
import { awsApis, awsMetadata, fillMoto } from "./aws";
import { gcpApis, gcpMetadata } from "./gcp";
import { answer, type Handler } from "./server";

async function main(state: string): Promise<void> {
  const stack = JSON.parse(readFileSync(join(state, "stack.json"), "utf8")) as LocalStack;
  if (stack.cloud === "aws") {
    await fillMoto(stack);
  }
  const metadata = { aws: awsMetadata, gcp: gcpMetadata }[stack.cloud](stack);
  const apis = stack.cloud === "aws" ? awsApis(stack) : gcpApis(stack, join(state, "objects"));
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

/** Finds who calls by where the call comes from, and the service by the name that was called. */
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
        response.destroy(); // a node that loses its power goes away in the middle of an answer
      } else {
        answer(response, 500, String(error));
      }
    });
  };
}

/** Debian's archive, through the cache that runs outside. */
function debian(socketPath: string): Handler {
  return (request, response) => {
    const { method, url, headers } = request;
    const onward = httpRequest({ socketPath, method, path: url, headers }, (answered) => {
      response.writeHead(answered.statusCode!, answered.headers);
      answered.pipe(response);
    });
    onward.on("error", (error) => answer(response, 502, error.message));
    request.pipe(onward);
  };
}

/** A folder's files. */
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
