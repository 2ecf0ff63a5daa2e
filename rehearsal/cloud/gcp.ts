import { createHash } from "node:crypto";
import type { Host, LocalStack } from "../stack/local-stack";
import { cloudStorage, isUploadChunk, ObjectStore } from "./gcs";
import { allowed, answer, answerJson, changed, denied, removed, type Apis, type Handler, type Stored } from "./server";

const PROJECT = "rehearsal";
const TOKEN_SECONDS = 3600;

/** Emulates Compute Engine's metadata server. */
export function gcpMetadata(): Handler {
  return (request, response, caller) => {
    if (request.headers["metadata-flavor"] !== "Google") {
      return answer(response, 403, "Missing Metadata-Flavor:Google header.");
    }
    const url = new URL(request.url!, "http://metadata");
    const value = url.pathname
      .replace("/computeMetadata/v1", "")
      .split("/")
      .filter(Boolean)
      .reduce<unknown>((tree, name) => (tree as Record<string, unknown> | undefined)?.[name], metadata(caller));
    response.setHeader("metadata-flavor", "Google");
    response.setHeader("etag", createHash("sha256").update(caller.userData).digest("hex").slice(0, 16));
    if (value === undefined) {
      return answer(response, 404, "");
    }
    if (typeof value === "string") {
      return answer(response, 200, value);
    }
    return url.searchParams.get("recursive") === "true" || value instanceof Token
      ? answerJson(response, 200, value)
      : answer(response, 200, Object.keys(value as object).join("\n"));
  };
}

/** An access token; unlike other directories it is returned as JSON. */
class Token {
  readonly expires_in = TOKEN_SECONDS;
  readonly token_type = "Bearer";
  constructor(readonly access_token: string) {}
}

function metadata(host: Host): object {
  return {
    instance: {
      id: host.instance,
      name: host.name,
      hostname: `${host.name}.c.${PROJECT}.internal`,
      zone: `projects/1/zones/${host.zone}`,
      "machine-type": `projects/1/machineTypes/${host.instanceType}`,
      attributes: { "startup-script": host.userData },
      "service-accounts": { default: { token: new Token(tokenOf(host)) } },
    },
    project: { "project-id": PROJECT, attributes: {} },
  };
}

function tokenOf({ name }: Pick<Host, "name">): string {
  return `ya29.${createHash("sha256").update(`token ${name}`).digest("hex")}`;
}

/** Emulates the parts of Cloud Storage and Secret Manager that nodes use, with the permissions that the plan grants to each host. */
export function gcpApis(_stack: LocalStack, directory: string): Apis {
  const store = new ObjectStore(directory);
  const storage = cloudStorage(store);
  const secrets = new Map<string, string>();
  return {
    ofNodes: nodesApis(storage, secrets),
    ofOwner: (request, response) => storage(request, response, "owner"),
    change: (from, to) => {
      changeObjects(store, from, to);
      changed(from.secrets, to.secrets).forEach(({ name, value }) => secrets.set(name, value));
      removed(from.secrets, to.secrets, ({ name }) => name).forEach(({ name }) => secrets.delete(name));
    },
  };
}

/** Makes buckets and objects those of another stack. */
export function changeObjects(store: ObjectStore, from: Stored, to: Stored): void {
  changed(from.buckets, to.buckets).forEach((name) => store.createBucket(name));
  changed(from.objects, to.objects).forEach(({ bucket, key, content }) => store.put(bucket, key, Buffer.from(content)));
  removed(from.objects, to.objects, ({ bucket, key }) => `${bucket}/${key}`).forEach(({ bucket, key }) =>
    store.delete(bucket, key),
  );
  removed(from.buckets, to.buckets, (name) => name).forEach((name) => store.deleteBucket(name));
}

function nodesApis(storage: ReturnType<typeof cloudStorage>, secrets: ReadonlyMap<string, string>): Handler {
  return async (request, response, caller) => {
    const url = new URL(request.url!, "https://googleapis");
    // The session URI authorises the chunks of a resumable upload. Source: Google Cloud, "Resumable uploads".
    if (!isUploadChunk(url) && request.headers.authorization !== `Bearer ${tokenOf(caller)}`) {
      return answerJson(response, 401, { error: { code: 401, message: "no valid token" } });
    }
    const secret = /^\/v1\/projects\/[^/]+\/secrets\/([^/]+)\/versions\/latest:access$/.exec(url.pathname)?.[1];
    if (secret !== undefined) {
      return allowed(caller, "secret", secret) && secrets.has(secret)
        ? answerJson(response, 200, { payload: { data: Buffer.from(secrets.get(secret)!).toString("base64") } })
        : denied(response, `${caller.name} may not read secret ${secret}`);
    }
    return storage(request, response, caller);
  };
}
