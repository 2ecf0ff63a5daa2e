import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cloud } from "../../components/model/cloud";
import { authorityCertificate, issue } from "../../components/pki/authority";
import { mirrors } from "../build/debian";
import { motoServer } from "../build/moto";
import { startRegistry } from "../build/registry";
import { ADDRESSES, cloudNamespace } from "../network/network";
import type { LocalStack } from "../stack/local-stack";
import { startBackground } from "../system/background";
import { attempt, startDetached, until } from "../system/process";
import { MOTO_PORT } from "./aws";
import { mirrorConfiguration, mirrorSocket } from "./mirror";

/** A stand-in did not start. */
export class ServiceError extends Error {}

interface CloudServices {
  /** Host names of the object storage's and the secret store's API. */
  readonly apis: (region: string) => readonly string[];
  /** Host name of the metadata service; AWS's has an address only. */
  readonly metadata: readonly string[];
  /** Starts what the stand-ins need besides themselves. */
  readonly start: (state: string, stack: LocalStack) => Promise<void>;
}

const CLOUD_SERVICES: Readonly<Record<Cloud, CloudServices>> = {
  aws: {
    apis: (region) => [`s3.${region}.amazonaws.com`, `secretsmanager.${region}.amazonaws.com`],
    metadata: [],
    start: startMoto,
  },
  gcp: {
    apis: () => ["storage.googleapis.com", "secretmanager.googleapis.com", "oauth2.googleapis.com"],
    metadata: ["metadata.google.internal"],
    start: () => Promise.resolve(),
  },
};

/** Starts the cloud's services: name service, metadata, object storage, secrets, registry and package archives. */
export async function startServices(state: string, stack: LocalStack, seed: string): Promise<void> {
  writeCertificate(state, stack, seed);
  await startMirror(state);
  startNameServer(state, stack);
  await CLOUD_SERVICES[stack.cloud].start(state, stack);
  if (stack.registry !== undefined) {
    const tls = { certificate: join(state, "cloud.crt"), key: join(state, "cloud.key") };
    const address = `${ADDRESSES.registry}:443`;
    await startRegistry(state, stack.registry.directory, { address, tls }, within(stack, []));
  }
  rmSync(join(state, "cloud.ready"), { force: true });
  start(state, "cloud", within(stack, [process.execPath, "-r", "ts-node/register", join(__dirname, "main.ts"), state]));
  await ready("cloud", state, () => existsSync(join(state, "cloud.ready")));
}

/** The certificate that nodes must trust in addition to Debian's list: stand-ins use TLS under the cloud's host names. */
export function cloudAuthority(seed: string): string {
  return authorityCertificate(authority(seed));
}

function authority(seed: string): Parameters<typeof issue>[0] {
  return { seed: `cloud ${seed}`, name: "ape-rehearsal", from: "2026-01-01" };
}

interface NameRecord {
  readonly name: string;
  readonly address: string;
  /** Names for the TLS certificate. */
  readonly tls: readonly string[];
}

/** DNS names of the stand-ins. */
function nameRecords({ cloud, region, archives, registry }: LocalStack): NameRecord[] {
  const { apis, metadata } = CLOUD_SERVICES[cloud];
  return [
    ...apis(region).map((name) => ({ name, address: ADDRESSES.cloud, tls: [name, `*.${name}`] })),
    ...metadata.map((name) => ({ name, address: ADDRESSES.metadata, tls: [] })),
    { name: "deb.debian.org", address: ADDRESSES.internet, tls: [] },
    ...(registry === undefined ? [] : [{ name: registry.host, address: ADDRESSES.registry, tls: [registry.host] }]),
    ...archives.map(({ host }) => ({ name: host, address: ADDRESSES.internet, tls: [host] })),
  ];
}

function writeCertificate(state: string, stack: LocalStack, seed: string): void {
  const { certificate: pem, key } = issue(authority(seed), {
    name: "cloud",
    dnsNames: nameRecords(stack).flatMap(({ tls }) => tls),
    addresses: [],
  });
  writeFileSync(join(state, "cloud.crt"), pem);
  writeFileSync(join(state, "cloud.key"), key, { mode: 0o600 });
}

/** dnsmasq resolves the stand-ins' names only: nodes reach nothing else. */
function startNameServer(state: string, stack: LocalStack): void {
  start(
    state,
    "names",
    within(stack, [
      "dnsmasq",
      "--keep-in-foreground",
      "--conf-file=/dev/null",
      "--no-resolv",
      "--no-hosts",
      "--user=root",
      `--pid-file=${join(state, "names.pid")}`,
      "--bind-interfaces",
      `--listen-address=${ADDRESSES.resolver},${ADDRESSES.metadata}`,
      ...nameRecords(stack).map(({ name, address }) => `--address=/${name}/${address}`),
    ]),
  );
}

/** nginx caches packages between rehearsals. It runs in this machine's network, which reaches the archive. */
async function startMirror(state: string): Promise<void> {
  const configuration = join(state, "mirror.conf");
  writeFileSync(configuration, mirrorConfiguration(state, await mirrors()));
  rmSync(mirrorSocket(state), { force: true });
  startBackground(state, "mirror", ["nginx", "-p", state, "-c", configuration]);
  await ready("mirror", state, () => existsSync(mirrorSocket(state)));
}

async function startMoto(state: string, stack: LocalStack): Promise<void> {
  start(state, "moto", within(stack, [...(await motoServer()), "-H", "127.0.0.1", "-p", String(MOTO_PORT)]));
  await ready(
    "moto",
    state,
    async () => (await attempt(within(stack, ["bash", "-c", `</dev/tcp/127.0.0.1/${MOTO_PORT}`]))).code === 0,
  );
}

function within({ stack }: LocalStack, command: readonly string[]): string[] {
  return ["ip", "netns", "exec", cloudNamespace(stack), ...command];
}

function start(state: string, name: string, command: readonly string[]): void {
  startDetached(command, openSync(join(state, `${name}.log`), "a", 0o600), { cwd: join(__dirname, "..", "..") });
}

async function ready(name: string, state: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  if (!(await until(condition, 60_000))) {
    const log = readFileSync(join(state, `${name}.log`), "utf8")
      .trim()
      .split("\n")
      .slice(-5)
      .join("\n");
    throw new ServiceError(`${name} did not start within 60 s\n${log}`);
  }
}
