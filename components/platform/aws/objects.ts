import type { S3Client } from "@aws-sdk/client-s3";
import type { ObjectStore, StackContext } from "../platform";

/** Attempts per request before it fails; S3 answers throttled ones with an error. */
const ATTEMPTS = 6;

/**
 * A bucket's objects in S3. The credentials are those of the provider: environment, shared files or the machine's role.
 * AWS_ENDPOINT_URL_S3 names another endpoint. The SDK is loaded with the first request, because most runs need none.
 */
export class S3Objects implements ObjectStore {
  private client?: Promise<S3Client>;

  constructor(
    private readonly context: Pick<StackContext, "region">,
    private readonly bucket: string,
  ) {}

  async get(key: string): Promise<string | undefined> {
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    return this.ask("s3:GetObject", key, undefined, async (client) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      return Body?.transformToString();
    });
  }

  async put(key: string, content: string): Promise<void> {
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    // Without a length the SDK takes an empty content for a stream.
    const length = { ContentLength: Buffer.byteLength(content), ContentType: "text/plain" };
    const request = { Bucket: this.bucket, Key: key, Body: content, ...length };
    await this.ask("s3:PutObject", key, MUST_EXIST, (client) => client.send(new PutObjectCommand(request)));
  }

  async list(prefix: string): Promise<readonly string[]> {
    const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
    return this.ask("s3:ListBucket", prefix, [], async (client) => {
      const keys: string[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket: this.bucket, Prefix: prefix })) {
        keys.push(...(page.Contents ?? []).map(({ Key }) => Key!));
      }
      return keys;
    });
  }

  /** Sends a request. Returns `missing` if bucket or object do not exist; throws with the permission that is missing. */
  private async ask<T>(
    permission: string,
    key: string,
    missing: T | typeof MUST_EXIST,
    send: (client: S3Client) => Promise<T>,
  ): Promise<T> {
    try {
      return await send(await (this.client ??= connect(this.context.region)));
    } catch (error) {
      const { name, message, $metadata } = error as Partial<Failure>;
      if (missing !== MUST_EXIST && (name === "NoSuchKey" || name === "NoSuchBucket")) {
        return missing;
      }
      const need = $metadata?.httpStatusCode === 403 ? `; the deployer needs ${permission} on it` : "";
      throw new Error(`S3 refuses s3://${this.bucket}/${key}: ${name}: ${message}${need}`, { cause: error });
    }
  }
}

/** A write creates its object, but not the bucket. */
const MUST_EXIST = Symbol("must exist");

/** What the SDK throws. */
interface Failure {
  readonly name: string;
  readonly message: string;
  readonly $metadata: { readonly httpStatusCode?: number };
}

async function connect(region: string): Promise<S3Client> {
  const { S3Client: Client } = await import("@aws-sdk/client-s3");
  // Emulators have no host name per bucket.
  const forcePathStyle = process.env.AWS_ENDPOINT_URL_S3 !== undefined;
  return new Client({ region, maxAttempts: ATTEMPTS, forcePathStyle });
}
