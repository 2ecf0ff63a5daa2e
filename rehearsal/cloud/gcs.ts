import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Host } from "../stack/local-stack";
import { allowed, answer, answerJson, bodyOf, denied } from "./server";

/** Emulates the parts of Cloud Storage's JSON API that nodes and pgBackRest use. */
export function cloudStorage(
  store: ObjectStore,
): (request: IncomingMessage, response: ServerResponse, caller: Host | "owner") => Promise<void> {
  const uploads = new Map<string, Upload>();
  return async (request, response, caller) => {
    const body = await bodyOf(request);
    const url = new URL(request.url!, "https://storage.googleapis.com");
    const may = (action: Parameters<typeof allowed>[1], bucket: string, key: string): boolean =>
      caller === "owner" ||
      allowed(caller, action, bucket, key) ||
      (denied(response, `${caller.name} may not ${action} ${key} in ${bucket}`), false);
    const upload = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(url.pathname);
    if (upload !== null) {
      const [bucket, key] = [upload[1]!, url.searchParams.get("name")!];
      if (!may("put", bucket, key)) {
        return;
      }
      if (url.searchParams.get("uploadType") === "resumable") {
        const range = request.headers["content-range"];
        return resumable(
          { store, uploads, response, url, body, ...(range === undefined ? {} : { range }) },
          bucket,
          key,
        );
      }
      store.put(bucket, key, body);
      return answerJson(response, 200, store.describe(bucket, key));
    }
    const [, bucket = "", encoded] = /^\/storage\/v1\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(url.pathname) ?? [];
    if (encoded === undefined) {
      const prefix = url.searchParams.get("prefix") ?? "";
      return may("list", bucket, prefix)
        ? answerJson(response, 200, listing(store, bucket, prefix, url.searchParams.get("delimiter")))
        : undefined;
    }
    const key = decodeURIComponent(encoded);
    const action = request.method === "DELETE" ? "delete" : "get";
    if (!may(action, bucket, key)) {
      return;
    }
    const content = store.get(bucket, key);
    if (content === undefined) {
      return answerJson(response, 404, { error: { code: 404, message: `no such object: ${key}` } });
    }
    if (action === "delete") {
      store.delete(bucket, key);
      return answer(response, 204, "");
    }
    if (url.searchParams.get("alt") !== "media") {
      return answerJson(response, 200, store.describe(bucket, key));
    }
    const generation = store.generation(bucket, key);
    response.setHeader("x-goog-generation", generation);
    if (url.searchParams.get("ifGenerationNotMatch") === generation) {
      return answer(response, 304, "");
    }
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    return first === undefined
      ? answer(response, 200, content, "application/octet-stream")
      : answer(
          response,
          206,
          content.subarray(Number(first), last ? Number(last) + 1 : undefined),
          "application/octet-stream",
        );
  };
}

const UPLOAD_ID = "upload_id";

/** Whether a request uploads a chunk of a resumable upload. */
export function isUploadChunk(url: URL): boolean {
  return url.pathname.startsWith("/upload/") && url.searchParams.has(UPLOAD_ID);
}

interface Upload {
  readonly parts: Buffer[];
}

interface Resumable {
  readonly store: ObjectStore;
  readonly uploads: Map<string, Upload>;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly body: Buffer;
  readonly range?: string;
}

/** A resumable upload: the first request creates a session, the last chunk states the total length. */
function resumable({ store, uploads, response, url, body, range }: Resumable, bucket: string, key: string): void {
  const id = url.searchParams.get(UPLOAD_ID);
  if (id === null) {
    const session = randomUUID();
    uploads.set(session, { parts: [] });
    response.setHeader("x-guploader-uploadid", session);
    return answer(response, 200, "");
  }
  const upload = uploads.get(id);
  if (upload === undefined) {
    return answerJson(response, 404, { error: { code: 404, message: `no such upload: ${id}` } });
  }
  const { parts } = upload;
  parts.push(body);
  if (range?.endsWith("/*") === true) {
    return answer(response, 308, "");
  }
  uploads.delete(id);
  store.put(bucket, key, Buffer.concat(parts));
  answerJson(response, 200, store.describe(bucket, key));
}

/** Objects with a prefix. With a delimiter only those directly below it, and the prefixes of deeper ones. */
function listing(store: ObjectStore, bucket: string, prefix: string, delimiter: string | null): object {
  const keys = store.list(bucket, prefix);
  const folder = (key: string): string | undefined => {
    const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
    return end < 0 ? undefined : key.slice(0, end + 1);
  };
  return {
    items: keys.filter((key) => folder(key) === undefined).map((key) => store.describe(bucket, key)),
    prefixes: [...new Set(keys.flatMap((key) => folder(key) ?? []))],
  };
}

/** Stores objects as files so that they survive a restart. */
export class ObjectStore {
  constructor(private readonly directory: string) {}

  put(bucket: string, key: string, content: Buffer): void {
    mkdirSync(join(this.directory, bucket), { recursive: true });
    writeFileSync(this.file(bucket, key), content);
  }

  get(bucket: string, key: string): Buffer | undefined {
    return existsSync(this.file(bucket, key)) ? readFileSync(this.file(bucket, key)) : undefined;
  }

  delete(bucket: string, key: string): void {
    rmSync(this.file(bucket, key), { force: true });
  }

  createBucket(bucket: string): void {
    mkdirSync(join(this.directory, bucket), { recursive: true });
  }

  hasBucket(bucket: string): boolean {
    return existsSync(join(this.directory, bucket));
  }

  deleteBucket(bucket: string): void {
    rmSync(join(this.directory, bucket), { recursive: true, force: true });
  }

  /** Keys with a prefix, sorted. */
  list(bucket: string, prefix: string): string[] {
    const folder = join(this.directory, bucket);
    return (existsSync(folder) ? readdirSync(folder) : [])
      .map((name) => decodeURIComponent(name))
      .filter((key) => key.startsWith(prefix))
      .sort();
  }

  /** Changes whenever the object is written. */
  generation(bucket: string, key: string): string {
    return String(Math.round(statSync(this.file(bucket, key)).mtimeMs * 1000));
  }

  /** The object's resource in the API. */
  describe(bucket: string, name: string): object {
    const content = this.get(bucket, name)!;
    return {
      kind: "storage#object",
      bucket,
      name,
      generation: this.generation(bucket, name),
      size: String(content.length),
      updated: statSync(this.file(bucket, name)).mtime.toISOString(),
      md5Hash: createHash("md5").update(content).digest("base64"),
    };
  }

  private file(bucket: string, key: string): string {
    return join(this.directory, bucket, encodeURIComponent(key));
  }
}
