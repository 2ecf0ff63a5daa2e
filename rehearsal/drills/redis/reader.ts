/** Reads or deletes numbered keys of one member and prints the numbers it had. The numbers are JSON on standard input. */
import { text } from "node:stream/consumers";
import Redis from "ioredis";

export interface ReaderArgs {
  readonly address: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly ca: string;
  readonly prefix: string;
  /** Delete the keys after reading them. */
  readonly erase: boolean;
}

/** Keys per command. */
const BATCH = 1000;

async function main({ address, port, username, password, ca, prefix, erase }: ReaderArgs): Promise<void> {
  const numbers = JSON.parse(await text(process.stdin)) as number[];
  const redis = new Redis({ host: address, port, username, password, tls: { ca } });
  const found: number[] = [];
  for (let start = 0; start < numbers.length; start += BATCH) {
    const batch = numbers.slice(start, start + BATCH);
    const keys = batch.map((number) => `${prefix}${number}`);
    const values = await redis.mget(keys);
    if (erase) {
      await redis.unlink(keys);
    }
    found.push(...batch.filter((number, index) => values[index] === String(number)));
  }
  redis.disconnect();
  process.stdout.write(JSON.stringify(found));
}

if (require.main === module) {
  void main(JSON.parse(process.argv[2]!) as ReaderArgs);
}
