import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, startDetached, until } from "../system/process";
import { freePort } from "../system/free-port";

/** Debian's package of the Distribution registry (https://distribution.github.io). */
const PROGRAM = "docker-registry";
const START_MS = 30_000;

interface RegistryListener {
  /** Host and port. */
  readonly address: string;
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** A registry's whole configuration (JSON is valid YAML). With TLS the registry is read-only. */
function configuration(storage: string, { address, tls }: RegistryListener): string {
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

/** Starts a read-only registry with TLS for nodes. `within` is the command prefix that enters its network namespace. */
export async function startRegistry(
  state: string,
  storage: string,
  listening: Required<RegistryListener>,
  within: readonly string[],
): Promise<void> {
  const file = join(state, "registry.yml");
  writeFileSync(file, configuration(storage, listening));
  startDetached([...within, PROGRAM, "serve", file], openSync(join(state, "registry.log"), "a", 0o600));
  await waitForRegistry(listening.address, within);
}

/** Runs a writable registry on the loopback interface while `use` runs. */
export async function withRegistry<T>(storage: string, use: (address: string) => Promise<T>): Promise<T> {
  const address = `127.0.0.1:${await freePort()}`;
  mkdirSync(storage, { recursive: true });
  const file = join(storage, "registry.yml");
  writeFileSync(file, configuration(storage, { address }));
  const pid = startDetached([PROGRAM, "serve", file], openSync(join(storage, "registry.log"), "a", 0o600));
  try {
    await waitForRegistry(address, []);
    return await use(address);
  } finally {
    process.kill(pid, "SIGTERM");
  }
}

async function waitForRegistry(address: string, within: readonly string[]): Promise<void> {
  const connects = async (): Promise<boolean> =>
    (await attempt([...within, "bash", "-c", `</dev/tcp/${address.replace(":", "/")}`])).code === 0;
  if (!(await until(connects, START_MS))) {
    throw new Error(`the registry at ${address} did not answer within ${START_MS / 1000} s`);
  }
}
