import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Host, LocalStack } from "../local-stack";
import { allowed, answer, answerJson, bodyOf, type Handler } from "./server";

const PROJECT = "rehearsal";
const TOKEN_SECONDS = 3600;

/** Compute Engine's metadata service. A stand-in. */
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

/** Answered as JSON, as it is. */
class Token {
  readonly expires_in = TOKEN_SECONDS;
  readonly token_type = "Bearer";
  constructor(readonly access_token: string) {}
}

function metadata(host: Host): object {
  return {
    instance: {
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

/** Cloud Storage and Secret Manager, what nodes use of them. Stand-ins, behind the rights that the plan gives to each host. */
export function gcpApis(stack: LocalStack, directory: string): Handler {
  const store = new ObjectStore(directory);
  stack.objects.forEach(({ bucket, key, content }) => store.put(bucket, key, Buffer.from(content)));
  const secrets = new Map(stack.secrets.map(({ name, value }) => [name, value]));
  return async (request, response, caller) => {
    const body = await bodyOf(request);
    const url = new URL(request.url!, "https://googleapis");
    const denied = (what: string): void =>
      answerJson(response, 403, { error: { code: 403, message: `${caller.name} may not ${what}` } });
    if (request.headers.authorization !== `Bearer ${tokenOf(caller)}`) {
      return answerJson(response, 401, { error: { code: 401, message: "no valid token" } });
    }
    const secret = /^\/v1\/projects\/[^/]+\/secrets\/([^/]+)\/versions\/latest:access$/.exec(url.pathname)?.[1];
    if (secret !== undefined) {
      return allowed(caller, "secret", secret) && secrets.has(secret)
        ? answerJson(response, 200, { payload: { data: Buffer.from(secrets.get(secret)!).toString("base64") } })
        : denied(`read secret ${secret}`);
    }
    const upload = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(url.pathname);
    if (upload !== null) {
      const [bucket, key] = [upload[1]!, url.searchParams.get("name")!];
      if (!allowed(caller, "put", bucket, key)) {
        return denied(`write ${key}`);
      }
      store.put(bucket, key, body);
      return answerJson(response, 200, describe(bucket, key, body.length));
    }
    const [, bucket = "", encoded] = /^\/storage\/v1\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(url.pathname) ?? [];
    if (encoded === undefined) {
      const prefix = url.searchParams.get("prefix") ?? "";
      return allowed(caller, "list", bucket, prefix)
        ? answerJson(response, 200, {
            items: store.list(bucket, prefix).map(({ key, size }) => describe(bucket, key, size)),
          })
        : denied(`list ${bucket}`);
    }
    const key = decodeURIComponent(encoded);
    const action = request.method === "DELETE" ? "delete" : "get";
    if (!allowed(caller, action, bucket, key)) {
      return denied(`${action} ${key}`);
    }
    const content = store.get(bucket, key);
    if (content === undefined) {
      return answerJson(response, 404, { error: { code: 404, message: `no such object: ${key}` } });
    }
    if (action === "delete") {
      store.delete(bucket, key);
      return answer(response, 204, "");
    }
    return url.searchParams.get("alt") === "media"
      ? answer(response, 200, content, "application/octet-stream")
      : answerJson(response, 200, describe(bucket, key, content.length));
  };
}

function describe(bucket: string, name: string, size: number): object {
  return { kind: "storage#object", bucket, name, size: String(size) };
}

/** Objects as files, so that they outlive the process. */
class ObjectStore {
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

  list(bucket: string, prefix: string): { key: string; size: number }[] {
    const folder = join(this.directory, bucket);
    return (existsSync(folder) ? readdirSync(folder) : [])
      .map((name) => ({ key: decodeURIComponent(name), size: statSync(join(folder, name)).size }))
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  private file(bucket: string, key: string): string {
    return join(this.directory, bucket, encodeURIComponent(key));
  }
}
