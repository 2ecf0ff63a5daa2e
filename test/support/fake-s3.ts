import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { MemoryObjects } from "./fake-farm";

/** A server of one bucket in memory, with the requests of S3 that the deployer sends. */
export async function startS3({
  objects,
}: MemoryObjects): Promise<{ readonly url: string; readonly stop: () => void }> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, "http://localhost");
    const [, bucket, ...path] = pathname.split("/");
    const key = decodeURIComponent(path.join("/"));
    if (searchParams.get("list-type") === "2") {
      const keys = [...objects.keys()].filter((each) => each.startsWith(searchParams.get("prefix") ?? ""));
      const contents = keys.map((each) => `<Contents><Key>${each}</Key></Contents>`).join("");
      response.end(`<ListBucketResult><Name>${bucket}</Name>${contents}</ListBucketResult>`);
    } else if (request.method === "PUT") {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        objects.set(key, Buffer.concat(parts).toString());
        response.end();
      });
    } else if (objects.has(key)) {
      response.end(objects.get(key));
    } else {
      response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${portOf(server)}`, stop: () => void server.close() };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
