import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, startDetached, until } from "../system/process";
import { freePort } from "../system/free-port";

/** Debian's package of the registry that Docker's own distribution is. */
const PROGRAM = "docker-registry";
const START_MS = 30_000;

interface Listening {
  /** Host and port. */
  readonly address: string;
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** The whole configuration of a registry over a folder; with TLS it is for reading only. JSON is YAML. */
function configuration(storage: string, { address, tls }: Listening): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: "warn" },
    storage: {
      filesystem: { rootdirectory: storage },
      ...(tls === undefined ? {} : { maintenance: { readonly: { enabled: true } } }),
    },
    http: { addr: address, ...(tls === undefined ? {} : { tls }) },
  });
}

/** Starts a registry for nodes: TLS, read-only, in the network that `within` enters. */
export async function startRegistry(
  state: string,
  storage: string,
  listening: Required<Listening>,
  within: readonly string[],
): Promise<void> {
  const file = join(state, "registry.yml");
  writeFileSync(file, configuration(storage, listening));
  startDetached([...within, PROGRAM, "serve", file], openSync(join(state, "registry.log"), "a", 0o600));
  await answering(listening.address, within);
}

/** Runs something while a registry over a folder takes images on this machine's loopback interface. */
export async function serving<T>(storage: string, use: (address: string) => Promise<T>): Promise<T> {
  const address = `127.0.0.1:${await freePort()}`;
  mkdirSync(storage, { recursive: true });
  const file = join(storage, "registry.yml");
  writeFileSync(file, configuration(storage, { address }));
  const pid = startDetached([PROGRAM, "serve", file], openSync(join(storage, "registry.log"), "a", 0o600));
  try {
    await answering(address, []);
    return await use(address);
  } finally {
    process.kill(pid, "SIGTERM");
  }
}

async function answering(address: string, within: readonly string[]): Promise<void> {
  const connects = async (): Promise<boolean> =>
    (await attempt([...within, "bash", "-c", `</dev/tcp/${address.replace(":", "/")}`])).code === 0;
  if (!(await until(connects, START_MS))) {
    throw new Error(`the registry does not answer at ${address} within ${START_MS / 1000} s`);
  }
}
