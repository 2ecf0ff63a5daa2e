import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cloud } from "../../../components/model/cloud";
import type { Answers } from "./simulated-cloud";

interface Stored {
  readonly content: string;
  readonly version: string;
}

interface Dialect {
  /** The key that a path names; undefined if it is no object's path. */
  readonly key: (path: string) => string | undefined;
  readonly version: (request: IncomingMessage) => string | undefined;
  readonly header: string;
}

/** How each cloud names objects and versions. */
const DIALECTS: Readonly<Record<Cloud, Dialect>> = {
  aws: {
    key: (path) => /^\/bucket\/([^?]+)/.exec(path)?.[1],
    version: (request) => request.headers["if-none-match"],
    header: "etag",
  },
  gcp: {
    key: (path) =>
      /^\/storage\/v1\/b\/bucket\/o\/([^?]+)/.exec(path)?.[1] ?? /^\/upload\/.*&name=(.+)$/.exec(path)?.[1],
    version: (request) => new URL(request.url!, "http://gcs").searchParams.get("ifGenerationNotMatch") ?? undefined,
    header: "x-goog-generation",
  },
};

/** A bucket as the cloud would answer for it, with conditional reads. */
export class SimulatedBucket {
  private readonly objects = new Map<string, Stored>();
  private versions = 0;
  /** HTTP statuses of reads, by key. */
  readonly reads: Record<string, number[]> = {};

  constructor(private readonly cloud: Cloud) {}

  put(key: string, content: string): void {
    const version = this.cloud === "aws" ? `"v${++this.versions}"` : String(++this.versions);
    this.objects.set(key, { content, version });
  }

  get(key: string): string | undefined {
    return this.objects.get(key)?.content;
  }

  readonly answers: Answers = (path, response, request) => {
    const { key: keyOf, version, header } = DIALECTS[this.cloud];
    const encoded = keyOf(path);
    if (encoded === undefined) return false;
    const key = decodeURIComponent(encoded);
    if (request.method === "DELETE") {
      this.objects.delete(key);
      response.writeHead(204).end();
    } else if (request.method === "GET") {
      this.read(key, version(request), header, response);
    } else {
      let body = "";
      request.on("data", (text: Buffer) => (body += text.toString()));
      request.on("end", () => {
        this.put(key, body);
        response.end();
      });
    }
    return true;
  };

  private read(key: string, known: string | undefined, header: string, response: ServerResponse): void {
    const found = this.objects.get(key);
    // A node may not list the bucket, so S3 answers 403 for an object that does not exist.
    const missing = this.cloud === "aws" ? 403 : 404;
    const status = found === undefined ? missing : found.version === known ? 304 : 200;
    (this.reads[key] ??= []).push(status);
    response.writeHead(status, found === undefined ? {} : { [header]: found.version });
    response.end(status === 200 ? found!.content : undefined);
  }
}
