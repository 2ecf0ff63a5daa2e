import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authorityCertificate, issue } from "../../components/pki/authority";
import { MOTO_PORT } from "./aws";
import type { LocalStack } from "../stack/local-stack";
import { motoServer } from "../build/moto";
import { cloudNamespace, ADDRESSES } from "../network/network";
import { mirrorConfiguration, mirrorSocket } from "./mirror";
import { startRegistry } from "../build/registry";
import { mirrors } from "../build/debian";
import { attempt, startDetached, until } from "../system/process";

/** A service that did not come up. */
export class ServiceError extends Error {}

/** Starts what the cloud would offer: name service, metadata, object storage, secrets, and the way to packages. */
export async function startServices(state: string, stack: LocalStack, seed: string): Promise<void> {
  certificate(state, stack, seed);
  await startMirror(state);
  startNames(state, stack);
  if (stack.cloud === "aws") {
    await startMoto(state, stack);
  }
  if (stack.registry !== undefined) {
    const tls = { certificate: join(state, "cloud.crt"), key: join(state, "cloud.key") };
    const address = `${ADDRESSES.registry}:443`;
    await startRegistry(state, stack.registry.directory, { address, tls }, within(stack, []));
  }
  rmSync(join(state, "cloud.ready"), { force: true });
  start(state, "cloud", within(stack, [process.execPath, "-r", "ts-node/register", join(__dirname, "main.ts"), state]));
  await ready("cloud", state, () => existsSync(join(state, "cloud.ready")));
}

/** Ends what `startServices` started outside the stack's namespaces. */
export function stopMirror(state: string): void {
  const file = join(state, "mirror.pid");
  const pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
  if (
    pid !== undefined &&
    existsSync(`/proc/${pid}`) &&
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("nginx")
  ) {
    process.kill(pid, "SIGTERM");
  }
}

/** What nodes must trust beside Debian's list: the stand-ins speak TLS in the clouds' names. */
export function cloudAuthority(seed: string): string {
  return authorityCertificate(authority(seed));
}

function authority(seed: string): Parameters<typeof issue>[0] {
  return { seed: `cloud ${seed}`, name: "ape-rehearsal", from: "2026-01-01" };
}

/** The names that the stand-ins answer to, and where. */
function names({
  cloud,
  region,
  archives,
  registry,
}: LocalStack): { readonly name: string; readonly address: string; readonly tls: string[] }[] {
  const own =
    cloud === "aws"
      ? [`s3.${region}.amazonaws.com`, `secretsmanager.${region}.amazonaws.com`]
      : ["storage.googleapis.com", "secretmanager.googleapis.com", "oauth2.googleapis.com"];
  return [
    ...own.map((name) => ({ name, address: ADDRESSES.cloud, tls: [name, `*.${name}`] })),
    ...(cloud === "gcp" ? [{ name: "metadata.google.internal", address: ADDRESSES.metadata, tls: [] }] : []),
    { name: "deb.debian.org", address: ADDRESSES.internet, tls: [] },
    ...(registry === undefined ? [] : [{ name: registry.host, address: ADDRESSES.registry, tls: [registry.host] }]),
    ...archives.map(({ host }) => ({ name: host, address: ADDRESSES.internet, tls: [host] })),
  ];
}

function certificate(state: string, stack: LocalStack, seed: string): void {
  const { certificate: pem, key } = issue(authority(seed), {
    name: "cloud",
    dnsNames: names(stack).flatMap(({ tls }) => tls),
    addresses: [],
  });
  writeFileSync(join(state, "cloud.crt"), pem);
  writeFileSync(join(state, "cloud.key"), key, { mode: 0o600 });
}

/** dnsmasq knows the stand-ins and nothing else: nobody in the rehearsal has business anywhere else. */
function startNames(state: string, stack: LocalStack): void {
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
      ...names(stack).map(({ name, address }) => `--address=/${name}/${address}`),
    ]),
  );
}

/** nginx keeps packages between rehearsals. It runs outside, where the machine's own way to the archive is. */
async function startMirror(state: string): Promise<void> {
  const configuration = join(state, "mirror.conf");
  writeFileSync(configuration, mirrorConfiguration(state, await mirrors()));
  rmSync(mirrorSocket(state), { force: true });
  start(state, "mirror", ["nginx", "-p", state, "-c", configuration]);
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
    throw new ServiceError(`${name} did not come up within 60 s\n${log}`);
  }
}
