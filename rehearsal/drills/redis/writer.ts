/**
 * A Redis client in an API host's network namespace. It writes numbered keys one after another and prints each acknowledged
 * write with its time. Like an application it discovers the master through the Sentinels.
 */
import { readFileSync } from "node:fs";
import type { LookupFunction } from "node:net";
import Redis, { type RedisOptions } from "ioredis";
import type { Acknowledged } from "../client";

export interface WriterArgs {
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  /** File that resolves the Sentinels' names, as /etc/hosts on an API node. Read at each connection. */
  readonly hosts: string;
  readonly masterName: string;
  readonly username: string;
  readonly password: string;
  readonly ca: string;
  /** Prefix of every key. */
  readonly prefix: string;
}

/** Milliseconds without an answer after which the client rediscovers the master. */
const ANSWER_MS = 500;
const CONNECT_MS = 1000;
const PAUSE_MS = 20;

function connect(args: WriterArgs): Redis {
  const { username, password, ca, hosts } = args;
  const tls = { ca, lookup: lookupIn(hosts) };
  const options: RedisOptions = {
    sentinels: [...args.sentinels],
    name: args.masterName,
    username,
    password,
    sentinelUsername: username,
    sentinelPassword: password,
    enableTLSForSentinelMode: true,
    tls,
    sentinelTLS: tls,
    connectTimeout: CONNECT_MS,
    sentinelCommandTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => null,
    sentinelRetryStrategy: () => null,
    lazyConnect: true,
  };
  const redis = new Redis(options);
  redis.on("error", () => undefined); // failures surface where the connection is used
  return redis;
}

/** Resolves names as the hosts file has them at each connection. */
function lookupIn(hosts: string): LookupFunction {
  return (name, { all }, callback) => {
    const line = readFileSync(hosts, "utf8")
      .split("\n")
      .map((each) => each.split(/\s+/))
      .find((words) => words.slice(1).includes(name));
    if (line === undefined) {
      callback(new Error(`${hosts} lacks ${name}`), "");
    } else if (all === true) {
      callback(null, [{ address: line[0]!, family: 4 }]);
    } else {
      callback(null, line[0]!, 4);
    }
  };
}

async function main(args: WriterArgs): Promise<void> {
  let redis: Redis | undefined;
  for (let number = 1; ; number++) {
    try {
      if (redis === undefined) {
        redis = connect(args);
        await within(2 * CONNECT_MS, redis.connect());
      }
      await within(ANSWER_MS, redis.set(`${args.prefix}${number}`, String(number)));
      process.stdout.write(`${JSON.stringify({ number, at: Date.now() } satisfies Acknowledged)}\n`);
    } catch {
      redis?.disconnect();
      redis = undefined;
    }
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer")), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

if (require.main === module) {
  process.stdout.on("error", () => process.exit()); // the reader has ended
  void main(JSON.parse(process.argv[2]!) as WriterArgs);
}
