import type { IncomingMessage, ServerResponse } from "node:http";
import type { ObjectStore } from "../../cloud/gcs";
import { answer, bodyOf } from "../../cloud/server";

/** The parts of S3's API that a deployer uses, with the bucket in the path, without credentials. */
export function s3(store: ObjectStore): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const url = new URL(request.url!, "http://s3");
    const [bucket, ...rest] = decodeURIComponent(url.pathname.slice(1)).split("/");
    const key = rest.join("/");
    if (!store.hasBucket(bucket!)) {
      return failed(response, "NoSuchBucket");
    }
    if (key === "") {
      return answer(response, 200, listing(store, bucket!, url.searchParams.get("prefix") ?? ""), "application/xml");
    }
    if (request.method === "PUT") {
      store.put(bucket!, key, await bodyOf(request));
      return answer(response, 200, "");
    }
    const content = store.get(bucket!, key);
    if (request.method === "DELETE") {
      store.delete(bucket!, key);
      return answer(response, 204, "");
    }
    return content === undefined
      ? failed(response, "NoSuchKey")
      : answer(response, 200, content, "application/octet-stream");
  };
}

function failed(response: ServerResponse, code: string): void {
  answer(response, 404, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`, "application/xml");
}

/** Every key with a prefix, on one page. */
function listing(store: ObjectStore, bucket: string, prefix: string): string {
  const keys = store.list(bucket, prefix).map((key) => `<Contents><Key>${escaped(key)}</Key></Contents>`);
  return `<ListBucketResult><Name>${bucket}</Name><IsTruncated>false</IsTruncated>${keys.join("")}</ListBucketResult>`;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}
