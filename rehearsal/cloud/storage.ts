import type { ObjectStore } from "../../components/platform/platform";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cloud } from "../../components/model/cloud";
import { MOTO_PORT, ownersSignature } from "./aws";
import type { LocalStack } from "../stack/local-stack";
import { cloudNamespace } from "../network/network";
import { run } from "../system/process";

/** The stack's object storage with full access, unlike the nodes' limited permissions. */
export interface Storage {
  /** The first thousand keys with a prefix, sorted. */
  list(bucket: string, prefix: string): Promise<string[]>;
  get(bucket: string, key: string): Promise<Buffer>;
  put(bucket: string, key: string, content: Buffer): Promise<void>;
}

const STORAGE: Readonly<Record<Cloud, (stack: LocalStack, state: string) => Storage>> = {
  aws: (stack) => motoStorage(stack),
  gcp: (_stack, state) => fileStorage(join(state, "objects")),
};

/** Opens the object storage of a running stack. */
export function storageOf(stack: LocalStack, state: string): Storage {
  return STORAGE[stack.cloud](stack, state);
}

function motoStorage({ stack, region }: LocalStack): Storage {
  // Binary content passes through base64 because processes exchange text.
  const curl = (script: string, path: string, input = ""): Promise<string> =>
    run(
      [
        ...["ip", "netns", "exec", cloudNamespace(stack), "bash", "-o", "pipefail", "-c", script, "curl"],
        ...["-fsS", "-H", `host: s3.${region}.amazonaws.com`, "-H", `authorization: ${ownersSignature(region, "s3")}`],
        `http://127.0.0.1:${MOTO_PORT}/${path}`,
      ],
      { input },
    );
  return {
    async list(bucket, prefix) {
      const answer = await curl('curl "$@"', `${bucket}?list-type=2&prefix=${encodeURIComponent(prefix)}`);
      return [...answer.matchAll(/<Key>([^<]+)<\/Key>/g)].map((match) => match[1]!).sort();
    },
    async get(bucket, key) {
      return Buffer.from(await curl('curl "$@" | base64 -w0', `${bucket}/${encodeURI(key)}`), "base64");
    },
    async put(bucket, key, content) {
      const put =
        'base64 -d | curl -o /dev/null -X PUT -H "content-type: application/octet-stream" --data-binary @- "$@"';
      await curl(put, `${bucket}/${encodeURI(key)}`, content.toString("base64"));
    },
  };
}

/** The Cloud Storage emulator stores each object in a file. */
function fileStorage(directory: string): Storage {
  const folder = (bucket: string): string => {
    mkdirSync(join(directory, bucket), { recursive: true });
    return join(directory, bucket);
  };
  return {
    list: (bucket, prefix) =>
      Promise.resolve(
        readdirSync(folder(bucket))
          .map((name) => decodeURIComponent(name))
          .filter((key) => key.startsWith(prefix))
          .sort()
          .slice(0, 1000),
      ),
    get: (bucket, key) => Promise.resolve(readFileSync(join(folder(bucket), encodeURIComponent(key)))),
    put: (bucket, key, content) =>
      Promise.resolve(writeFileSync(join(folder(bucket), encodeURIComponent(key)), content)),
  };
}

/** The objects of one bucket, as a deployer sees them. */
export function objectsOf(storage: Storage, bucket: string): ObjectStore {
  const list = (prefix: string): Promise<readonly string[]> => storage.list(bucket, prefix);
  return {
    list,
    get: async (key) => ((await list(key)).includes(key) ? (await storage.get(bucket, key)).toString() : undefined),
    put: (key, content) => storage.put(bucket, key, Buffer.from(content)),
  };
}
