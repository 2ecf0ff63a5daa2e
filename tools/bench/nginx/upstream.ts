/** Simulates an API container: returns a JSON document of 1 KiB after an optional delay. */
import { createServer } from "node:http";

const [port, delayMs] = process.argv.slice(2).map(Number) as [number, number];
const DOCUMENT = JSON.stringify({ prices: "1.25,".repeat(204) });
const HEADERS = { "content-type": "application/json", "content-length": Buffer.byteLength(DOCUMENT) };

const server = createServer((_request, response) => {
  const answer = (): void => void response.writeHead(200, HEADERS).end(DOCUMENT);
  if (delayMs === 0) {
    answer();
  } else {
    setTimeout(answer, delayMs);
  }
});
server.keepAliveTimeout = 75_000; // longer than nginx's keep-alive timeout
server.listen(port, "127.0.0.1");
