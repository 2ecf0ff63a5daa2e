import type { IncomingMessage, ServerResponse } from "node:http";
import type { Host, LocalStack, Permission } from "../stack/local-stack";

/** Handles the requests of one service. `caller` is the host that sent the request. */
export type Handler = (request: IncomingMessage, response: ServerResponse, caller: Host) => Promise<void> | void;

/** A cloud's object storage and secrets. */
export interface Apis {
  /** Handles a node's requests, with the permissions that the plan grants to it. */
  readonly ofNodes: Handler;
  /** Handles the requests of the stack's owner, with full access. */
  readonly ofOwner: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;
  /** Makes the buckets, objects and secrets of a stack those of another one. What nodes wrote remains. */
  readonly change: (from: Stored, to: Stored) => Promise<void> | void;
}

/** What a stack stores in its cloud. */
export type Stored = Pick<LocalStack, "buckets" | "objects" | "secrets">;

/** Elements that a list has and another one lacks, or has with another content. */
export function changed<T>(from: readonly T[], to: readonly T[]): T[] {
  const before = new Set(from.map((element) => JSON.stringify(element)));
  return to.filter((element) => !before.has(JSON.stringify(element)));
}

/** Elements whose key another list lacks. */
export function removed<T>(from: readonly T[], to: readonly T[], key: (element: T) => string): T[] {
  const after = new Set(to.map(key));
  return from.filter((element) => !after.has(key(element)));
}

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
