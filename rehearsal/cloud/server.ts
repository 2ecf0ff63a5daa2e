import type { IncomingMessage, ServerResponse } from "node:http";
import type { Host, Permission } from "../stack/local-stack";

/** Answers one kind of request. `caller` is the host that the request comes from. */
export type Handler = (request: IncomingMessage, response: ServerResponse, caller: Host) => Promise<void> | void;

/** Answers with a text. */
export function answer(response: ServerResponse, status: number, body: string | Buffer, type = "text/plain"): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** Answers with JSON. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  answer(response, status, JSON.stringify(body), "application/json");
}

/** Answers as Google's services do to whom they don't let in. */
export function denied(response: ServerResponse, message: string): void {
  answerJson(response, 403, { error: { code: 403, message } });
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** Whether a host's planned rights allow an action on an object or a secret. */
export function allowed(
  { permissions }: Pick<Host, "permissions">,
  action: Permission["action"],
  on: string,
  key = "",
): boolean {
  return permissions.some(
    (right) =>
      right.action === action && right.on === on && (right.exact ? right.prefix === key : key.startsWith(right.prefix)),
  );
}
