import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Serves HTTP on a free port of the loopback interface; returns the server and its URL. */
export async function endpoint(answer: Answer): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    Promise.resolve(answer(request, response)).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Passes requests to the server of a Unix socket. */
export function forwardTo(socketPath: string): Answer {
  return (request, response) => {
    const { method, url, headers } = request;
    const forwarded = httpRequest({ socketPath, method, path: url, headers }, (answered) => {
      response.writeHead(answered.statusCode!, answered.headers);
      answered.pipe(response);
    });
    forwarded.on("error", (error) => response.writeHead(502).end(error.message));
    request.pipe(forwarded);
  };
}
