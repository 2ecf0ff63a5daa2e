import { createHash } from "node:crypto";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { Host, LocalStack, Permission } from "../stack/local-stack";
import { allowed, answer, answerJson, bodyOf, type Handler } from "./server";

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
    "instance-id": host.name,
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

/** S3 and Secrets Manager: moto behind the permissions that the plan grants to each host. Uploads the stack's objects and secrets. */
export async function awsApis(stack: LocalStack): Promise<Handler> {
  await fillMoto(stack);
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
    const operation = s3Action(request, stack.region);
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

function forward(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const { method, url, headers } = request;
  const forwarded = httpRequest({ host: "127.0.0.1", port: MOTO_PORT, method, path: url, headers }, (answered) => {
    response.writeHead(answered.statusCode!, answered.headers);
    answered.pipe(response);
  });
  forwarded.on("error", (error) => answer(response, 503, error.message));
  forwarded.end(body);
}

/** Uploads the stack's objects and secrets to moto. */
async function fillMoto(stack: LocalStack): Promise<void> {
  const s3 = `s3.${stack.region}.amazonaws.com`;
  for (const bucket of stack.buckets) {
    await sendToMoto(stack, "s3", { method: "PUT", path: `/${bucket}`, host: s3, body: bucketBody(stack.region) });
  }
  for (const { bucket, key, content } of stack.objects) {
    await sendToMoto(stack, "s3", { method: "PUT", path: `/${bucket}/${encodeURI(key)}`, host: s3, body: content });
  }
  for (const { name, value } of stack.secrets) {
    await sendToMoto(stack, "secretsmanager", {
      method: "POST",
      path: "/",
      host: `secretsmanager.${stack.region}.amazonaws.com`,
      body: JSON.stringify({ Name: name, SecretString: value }),
      headers: { "x-amz-target": "secretsmanager.CreateSecret", "content-type": "application/x-amz-json-1.1" },
    });
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
  readonly host: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function sendToMoto(
  { region }: LocalStack,
  service: string,
  { method, path, host, body, headers }: MotoRequest,
): Promise<void> {
  const authorization = ownersSignature(region, service);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: "127.0.0.1",
        port: MOTO_PORT,
        method,
        path,
        headers: { host, authorization, "content-length": Buffer.byteLength(body), ...headers },
      },
      (answered) => {
        answered.resume();
        answered.on("end", () =>
          answered.statusCode === 200
            ? resolve()
            : reject(new Error(`moto returned ${answered.statusCode} for ${method} ${path}`)),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
