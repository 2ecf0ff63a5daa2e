import type { AuthClient } from "google-auth-library";
import type { ObjectStore } from "../platform";

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
/** Milliseconds after which a request without an answer fails. */
const TIMEOUT_MS = 30_000;

/**
 * A bucket's objects in Cloud Storage, through its JSON API. The credentials are those of the provider: GOOGLE_CREDENTIALS,
 * GOOGLE_OAUTH_ACCESS_TOKEN or application default credentials. STORAGE_EMULATOR_HOST names another endpoint, which takes
 * requests without credentials. The library is loaded with the first request, because most runs need none.
 */
export class GcsObjects implements ObjectStore {
  private client?: Promise<Client>;

  constructor(private readonly bucket: string) {}

  get(key: string): Promise<string | undefined> {
    return this.ask<string | undefined>(
      "storage.objects.get",
      key,
      { url: `${this.objects()}/${encodeURIComponent(key)}?alt=media`, responseType: "text" },
      undefined,
    );
  }

  async put(key: string, content: string): Promise<void> {
    const url = `/upload/storage/v1/b/${this.bucket}/o?uploadType=media&name=${encodeURIComponent(key)}`;
    const headers = { "content-type": "text/plain" };
    await this.ask("storage.objects.create", key, { url, method: "POST", headers, data: content }, MUST_EXIST);
  }

  async list(prefix: string): Promise<readonly string[]> {
    const keys: string[] = [];
    let page: string | undefined;
    do {
      const token = page === undefined ? "" : `&pageToken=${encodeURIComponent(page)}`;
      const url = `${this.objects()}?prefix=${encodeURIComponent(prefix)}&fields=items/name,nextPageToken${token}`;
      const { items = [], nextPageToken } = await this.ask<Listing>("storage.objects.list", prefix, { url }, {});
      keys.push(...items.map(({ name }) => name));
      page = nextPageToken;
    } while (page !== undefined);
    return keys;
  }

  private objects(): string {
    return `/storage/v1/b/${this.bucket}/o`;
  }

  /** Sends a request. Returns `missing` if bucket or object do not exist; throws with the permission that is missing. */
  private async ask<T>(permission: string, key: string, request: Request, missing: T | typeof MUST_EXIST): Promise<T> {
    const { origin, auth } = await (this.client ??= connect());
    try {
      const { data } = await auth.request<T>({
        ...request,
        url: `${origin}${request.url}`,
        timeout: TIMEOUT_MS,
        retry: true, // transient errors of idempotent requests
      });
      return data;
    } catch (error) {
      const { status, message } = error as { readonly status?: number; readonly message: string };
      if (status === 404 && missing !== MUST_EXIST) {
        return missing;
      }
      const need = status === 403 ? `; the deployer needs ${permission} on it` : "";
      throw new Error(`Cloud Storage refuses gs://${this.bucket}/${key}: ${message}${need}`, { cause: error });
    }
  }
}

/** A write creates its object, but not the bucket. */
const MUST_EXIST = Symbol("must exist");

interface Listing {
  readonly items?: readonly { readonly name: string }[];
  readonly nextPageToken?: string;
}

interface Request {
  /** Path below the service's address. */
  readonly url: string;
  readonly method?: "POST";
  readonly headers?: Record<string, string>;
  readonly data?: string;
  readonly responseType?: "text";
}

interface Client {
  readonly origin: string;
  readonly auth: Pick<AuthClient, "request">;
}

async function connect(): Promise<Client> {
  const { GoogleAuth, OAuth2Client, PassThroughClient } = await import("google-auth-library");
  const { STORAGE_EMULATOR_HOST: emulator, GOOGLE_OAUTH_ACCESS_TOKEN: token, GOOGLE_CREDENTIALS: given } = process.env;
  if (emulator !== undefined) {
    return { origin: emulator.includes("://") ? emulator : `http://${emulator}`, auth: new PassThroughClient() };
  }
  const origin = "https://storage.googleapis.com";
  if (token !== undefined) {
    const auth = new OAuth2Client();
    auth.setCredentials({ access_token: token });
    return { origin, auth };
  }
  return { origin, auth: await new GoogleAuth({ scopes: SCOPE, ...keyOf(given) }).getClient() };
}

/** The provider accepts a key, or the name of its file. */
function keyOf(given: string | undefined): { keyFilename?: string; credentials?: object } {
  if (given === undefined) {
    return {};
  }
  return given.trimStart().startsWith("{") ? { credentials: JSON.parse(given) as object } : { keyFilename: given };
}
