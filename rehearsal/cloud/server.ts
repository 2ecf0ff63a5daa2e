import type { IncomingMessage, ServerResponse } from "node:http";
import type { Host, Permission } from "../stack/local-stack";

/** Handles the requests of one service. `caller` is the host that sent the request. */
export type Handler = (request: IncomingMessage, response: ServerResponse, caller: Host) => Promise<void> | void;

/** Sends a response. */
export function answer(response: ServerResponse, status: number, body: string | Buffer, type = "text/plain"): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** Sends a JSON response. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  answer(response, status, JSON.stringify(body), "application/json");
}

/** Sends Google Cloud's 403 response. */
export function denied(response: ServerResponse, message: string): void {
  answerJson(response, 403, { error: { code: 403, message } });
}

/** Reads the whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** Whether a host's planned permissions allow an action on an object or a secret. */
export function allowed(
  { permissions }: Pick<Host, "permissions">,
  action: Permission["action"],
  on: string,
  key = "",
): boolean {
  return permissions.some(
    (permission) =>
      permission.action === action &&
      permission.on === on &&
      (permission.exact ? permission.prefix === key : key.startsWith(permission.prefix)),
  );
}
