import { createHash } from "node:crypto";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Host, LocalStack, Permission } from "../stack/local-stack";
import { allowed, answer, answerJson, bodyOf, changed, removed, type Apis, type Handler, type Stored } from "./server";

/** Port of moto on the loopback interface of the cloud's namespace. */
export const MOTO_PORT = 5000;

const TOKEN_HOURS = 6;

/** Emulates the instance metadata service (IMDSv2), which moto lacks. */
export function awsMetadata(stack: LocalStack): Handler {
  return (request, response, caller) => {
    const path = request.url!;
    if (request.method === "PUT" && path === "/latest/api/token") {
      return answer(response, 200, tokenOf(caller));
    }
    if (request.headers["x-aws-ec2-metadata-token"] !== tokenOf(caller)) {
      return answer(response, 401, "");
    }
    const text = metadata(stack, caller)[path.replace("/latest/meta-data/", "").replace(/\/$/, "")];
    return text === undefined ? answer(response, 404, "") : answer(response, 200, text);
  };
}

function metadata(stack: LocalStack, host: Host): Readonly<Record<string, string>> {
  const credentials = {
    Code: "Success",
    Type: "AWS-HMAC",
    AccessKeyId: accessKey(host),
    SecretAccessKey: digest(`secret ${host.name}`),
    Token: digest(`session ${host.name}`),
    LastUpdated: new Date().toISOString(),
    Expiration: new Date(Date.now() + TOKEN_HOURS * 3_600_000).toISOString(),
  };
  return {
    "instance-id": host.instance,
    "instance-type": host.instanceType,
    "local-ipv4": host.address,
    "local-hostname": host.name,
    "placement/availability-zone": host.zone,
    "placement/region": stack.region,
    "iam/security-credentials": host.name,
    [`iam/security-credentials/${host.name}`]: JSON.stringify(credentials),
  };
}

/** Access key id of a host's credentials. */
function accessKey({ name }: Pick<Host, "name">): string {
  return `ASIA${digest(`key ${name}`).slice(0, 16).toUpperCase()}`;
}

function tokenOf({ name }: Pick<Host, "name">): string {
  return digest(`token ${name}`);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** S3 and Secrets Manager: moto behind the permissions that the plan grants to each host. */
export function awsApis({ region }: LocalStack): Apis {
  return {
    ofNodes: nodesApis(region),
    ofOwner: ownersApis(region),
    change: (from, to) => changeMoto(region, from, to),
  };
}

/** Whatever the owner sends, with S3's paths. */
function ownersApis(region: string): Apis["ofOwner"] {
  return async (request, response) => {
    const service = /\/(s3|secretsmanager)\/aws4_request/.exec(request.headers.authorization ?? "")?.[1] ?? "s3";
    forward(request, response, await bodyOf(request), `${service}.${region}.amazonaws.com`);
  };
}

function nodesApis(region: string): Handler {
  return async (request, response, caller) => {
    const host = request.headers.host!;
    const body = await bodyOf(request);
    const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1];
    if (host.startsWith("secretsmanager.")) {
      const { SecretId = "" } = JSON.parse(body.toString("utf8")) as { SecretId?: string };
      const permitted = key === accessKey(caller) && allowed(caller, "secret", SecretId);
      return permitted
        ? forward(request, response, body)
        : answerJson(response, 400, {
            __type: "AccessDeniedException",
            Message: `${caller.name} may not read ${SecretId}`,
          });
    }
    const operation = s3Action(request, region);
    const permitted = key === accessKey(caller) && allowed(caller, operation.action, operation.bucket, operation.key);
    return permitted
      ? forward(request, response, body)
      : answer(
          response,
          key === undefined ? 404 : 403,
          `<Error><Code>AccessDenied</Code><Message>${caller.name} may not ${operation.action} ${operation.key}</Message></Error>`,
          "application/xml",
        );
  };
}

/** Parses an S3 request, with the bucket in the path or in the host name. */
export function s3Action(
  request: Pick<IncomingMessage, "method" | "url" | "headers">,
  region: string,
): { action: Permission["action"]; bucket: string; key: string } {
  const url = new URL(request.url!, "http://s3");
  const virtual = request.headers
    .host!.split(":")[0]!
    .replace(new RegExp(`\\.?s3[.-]${region}\\.amazonaws\\.com$`), "");
  const path = decodeURIComponent(url.pathname.slice(1));
  const [bucket, ...rest] = virtual === "" ? path.split("/") : [virtual, path];
  const key = rest.join("/");
  if (key === "") {
    const prefix = url.searchParams.get("prefix") ?? "";
    return { action: url.searchParams.has("delete") ? "delete" : "list", bucket: bucket!, key: prefix };
  }
  const action = ({ GET: "get", HEAD: "get", DELETE: "delete" } as const)[request.method as "GET"] ?? "put";
  return { action, bucket: bucket!, key };
}

function forward(request: IncomingMessage, response: ServerResponse, body: Buffer, host = request.headers.host!): void {
  const { method, url } = request;
  const headers = { ...request.headers, host };
  const forwarded = httpRequest({ host: "127.0.0.1", port: MOTO_PORT, method, path: url, headers }, (answered) => {
    response.writeHead(answered.statusCode!, answered.headers);
    answered.pipe(response);
  });
  forwarded.on("error", (error) => answer(response, 503, error.message));
  forwarded.end(body);
}

/** Changes moto's buckets, objects and secrets. */
async function changeMoto(region: string, from: Stored, to: Stored): Promise<void> {
  const s3 = (method: string, path: string, body = ""): Promise<string> =>
    sendToMoto(region, "s3", { method, path, body });
  const secrets = (action: string, fields: object): Promise<string> =>
    sendToMoto(region, "secretsmanager", {
      method: "POST",
      path: "/",
      body: JSON.stringify(fields),
      headers: { "x-amz-target": `secretsmanager.${action}`, "content-type": "application/x-amz-json-1.1" },
    });
  for (const bucket of changed(from.buckets, to.buckets)) {
    await s3("PUT", `/${bucket}`, bucketBody(region));
  }
  for (const { bucket, key, content } of changed(from.objects, to.objects)) {
    await s3("PUT", `/${bucket}/${encodeURI(key)}`, content);
  }
  for (const { bucket, key } of removed(from.objects, to.objects, ({ bucket, key }) => `${bucket}/${key}`)) {
    await s3("DELETE", `/${bucket}/${encodeURI(key)}`);
  }
  for (const bucket of removed(from.buckets, to.buckets, (name) => name)) {
    for (const [, key] of (await s3("GET", `/${bucket}?list-type=2`)).matchAll(/<Key>([^<]+)<\/Key>/g)) {
      await s3("DELETE", `/${bucket}/${encodeURI(key!)}`);
    }
    await s3("DELETE", `/${bucket}`);
  }
  const known = new Set(from.secrets.map(({ name }) => name));
  for (const { name, value } of changed(from.secrets, to.secrets)) {
    await (known.has(name)
      ? secrets("PutSecretValue", { SecretId: name, SecretString: value })
      : secrets("CreateSecret", { Name: name, SecretString: value }));
  }
  for (const { name } of removed(from.secrets, to.secrets, (secret) => secret.name)) {
    await secrets("DeleteSecret", { SecretId: name, ForceDeleteWithoutRecovery: true });
  }
}

function bucketBody(region: string): string {
  return region === "us-east-1"
    ? ""
    : `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
}

/** Authorization header with full access: moto does not verify signatures. */
export function ownersSignature(region: string, service: string): string {
  return `AWS4-HMAC-SHA256 Credential=REHEARSAL/20200101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

interface MotoRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request to moto; returns the response's body. Throws if moto refuses. */
async function sendToMoto(
  region: string,
  service: string,
  { method, path, body, headers }: MotoRequest,
): Promise<string> {
  const host = `${service}.${region}.amazonaws.com`;
  const authorization = ownersSignature(region, service);
  const length = { "content-length": Buffer.byteLength(body) };
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(
      { host: "127.0.0.1", port: MOTO_PORT, method, path, headers: { host, authorization, ...length, ...headers } },
      resolve,
    )
      .on("error", reject)
      .end(body);
  });
  const answer = await text(answered);
  if (answered.statusCode! >= 300) {
    throw new Error(`moto returned ${answered.statusCode} for ${method} ${path}: ${answer}`);
  }
  return answer;
}
