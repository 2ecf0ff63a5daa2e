import type { IncomingMessage, ServerResponse } from "node:http";
import { count, metrics } from "./metrics";
import type { Readiness } from "./readiness";
import type { Settings } from "./settings";
import type { Stores } from "./stores";

/** What requests are handled with. */
export interface Context {
  readonly settings: Settings;
  readonly stores: Stores;
  readonly readiness: Readiness;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

type Route = (context: Context, request: IncomingMessage, argument: string) => Promise<Reply> | Reply;

/** Largest response of /bytes, in bytes. */
const MAX_BYTES = 64 * 2 ** 20;
const SYMBOL = /^[A-Z0-9.-]{1,16}$/;

const ROUTES: Readonly<Record<string, Route>> = {
  "GET /health": () => ok({ healthy: true }),
  "GET /ready": async ({ readiness }) => {
    const missing = await readiness.missing();
    return { status: missing.length === 0 ? 200 : 503, body: { ready: missing.length === 0, missing } };
  },
  "GET /metrics": async () => ok(await metrics()),
  "GET /version": ({ settings }) => ok({ version: settings.version, port: settings.port, worker: process.pid }),
  "GET /prices": async ({ stores }, _request, symbol) => {
    const price = SYMBOL.test(symbol) ? await stores.newest(symbol) : undefined;
    return price === undefined ? { status: 404, body: { error: `no price for ${symbol}` } } : ok(price);
  },
  "PUT /prices": async ({ stores }, request, symbol) => {
    const { at, close } = JSON.parse((await bodyOf(request)).toString("utf8")) as { at?: string; close?: number };
    if (!SYMBOL.test(symbol) || typeof close !== "number" || Number.isNaN(Date.parse(at ?? ""))) {
      return { status: 400, body: { error: 'a price is {"at": "2026-01-31T12:00:00Z", "close": 1.5}' } };
    }
    await stores.write({ symbol, at: at!, close });
    return ok({ symbol, at, close });
  },
  "GET /relations": async ({ stores }, _request, symbol) => ok({ symbol, related: await stores.related(symbol) }),
  "PUT /relations": async ({ stores }, request, symbol) => {
    const other = (await bodyOf(request)).toString("utf8");
    if (!SYMBOL.test(symbol) || !SYMBOL.test(other)) {
      return { status: 400, body: { error: "the body is the symbol that it is related to" } };
    }
    await stores.relate(symbol, other);
    return ok({ symbol, other });
  },
  "GET /bytes": (_context, _request, size) => {
    const bytes = Number(size);
    return Number.isInteger(bytes) && bytes >= 0 && bytes <= MAX_BYTES
      ? ok(Buffer.alloc(bytes, "x"))
      : { status: 400, body: { error: `0 to ${MAX_BYTES}` } };
  },
  "POST /bytes": async (_context, request) => ok({ bytes: (await bodyOf(request)).length }),
};

/** Handles and counts a request. Errors become responses. */
export async function answer(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const begun = process.hrtime.bigint();
  const [, first = "", argument = ""] = new URL(request.url!, "http://api").pathname.split("/");
  const name = `${request.method} /${first}`;
  const route = ROUTES[name];
  let given: Reply;
  try {
    given =
      route === undefined
        ? { status: 404, body: { error: `no ${name}` } }
        : await route(context, request, decodeURIComponent(argument));
  } catch (error) {
    const malformed = error instanceof SyntaxError || error instanceof URIError;
    given = malformed
      ? { status: 400, body: { error: "the request is malformed" } }
      : { status: 503, body: { error: (error as { code?: string }).code ?? "a store does not respond" } };
  }
  const content =
    Buffer.isBuffer(given.body) || typeof given.body === "string" ? given.body : JSON.stringify(given.body);
  response.writeHead(given.status, {
    "content-type": typeof given.body === "string" ? "text/plain; version=0.0.4" : "application/json",
    "content-length": Buffer.byteLength(content),
  });
  response.end(content);
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  count(request.method!, route === undefined ? "none" : `/${first}`, given.status, seconds);
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
