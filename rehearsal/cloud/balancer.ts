import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ADDRESSES, cloudNamespace } from "../network/network";
import type { Host, LocalBalancer, LocalStack } from "../stack/local-stack";
import { startBackground } from "../system/background";
import { freePort } from "../system/free-port";
import { attempt, recordedProcess, recordProcess, startDetached, until } from "../system/process";

/** Connection timeout to a node in seconds. An assumption: clouds do not document theirs. */
const CONNECT_SECONDS = 5;

/** Port of the balancer for a client that retries failed idempotent requests once. */
export const RETRYING_PORT = 8443;

/** Preferred port of the API on this machine's loopback interface. */
const LOOPBACK_PORT = 8080;

/**
 * The stand-in's haproxy.cfg: TLS on both sides, the planned health checks and timeouts. Like the clouds' load balancers
 * it never retries a request on a second node.
 */
function balancerConfiguration(
  balancer: LocalBalancer,
  nodes: readonly Host[],
  { pem, control, loopback }: { readonly pem: string; readonly control: string; readonly loopback: string },
): string {
  const { health, idleSeconds, port, source } = balancer;
  return `global
    log stdout format raw local0 warning
    stats socket ${control} mode 600 level admin

defaults
    mode http
    log global
    retries 0
    timeout connect ${CONNECT_SECONDS}s
    timeout client ${idleSeconds}s
    timeout server ${idleSeconds}s
    timeout tunnel ${idleSeconds}s
    timeout check ${health.timeoutSeconds}s

frontend https
    bind ${ADDRESSES.balancer}:443 ssl crt ${pem} alpn h2,http/1.1
    # Plain HTTP from this machine's loopback interface.
    bind unix@${loopback} accept-proxy mode 600
    option forwardfor
    http-request set-header X-Forwarded-Proto https
    default_backend nodes

# A client that retries failed idempotent requests once.
frontend retrying
    bind ${ADDRESSES.balancer}:${RETRYING_PORT} ssl crt ${pem}
    http-request disable-l7-retry if { method POST PATCH }
    default_backend balancer

backend balancer
    retries 1
    retry-on all-retryable-errors
    http-reuse never
    server balancer ${ADDRESSES.balancer}:443 ssl verify none

backend nodes
    balance leastconn
    source ${source}
    option httpchk GET ${health.path}
    default-server check inter ${health.intervalSeconds}s fall ${health.unhealthy} rise ${health.healthy} ssl verify none
${nodes.map(({ name, address }) => `    server ${name} ${address}:${port}`).join("\n")}
`;
}

/** haproxy.cfg that forwards a port of the loopback interface to the balancer's socket, and with it the client's address. */
function loopbackConfiguration(port: number, socket: string, idleSeconds: number): string {
  return `defaults
    mode tcp
    timeout connect ${CONNECT_SECONDS}s
    timeout client ${idleSeconds}s
    timeout server ${idleSeconds}s

listen api
    bind 127.0.0.1:${port}
    server balancer unix@${socket} send-proxy-v2
`;
}

/** Number of 5xx responses of the balancer since it started, including those passed through from nodes. */
export async function balancerErrors(state: string): Promise<number> {
  return Number((await statistics(state, "https", "FRONTEND")).hrsp_5xx);
}

/** HAProxy's counters of a frontend or server, by name. */
async function statistics(state: string, proxy: string, server: string): Promise<Readonly<Record<string, string>>> {
  const [names, ...lines] = (await command(state, "show stat"))
    .split("\n")
    .map((line) => line.replace(/^# /, "").split(","));
  const values = lines.find(([name, service]) => name === proxy && service === server)!;
  return Object.fromEntries(names!.map((name, index) => [name, values[index]!]));
}

/** Sends a command to HAProxy; returns its answer. */
function command(state: string, line: string): Promise<string> {
  const connection = connect(controlSocket(state));
  connection.end(`${line}\n`);
  return text(connection);
}

/** URL of the API on this machine's loopback interface; undefined without a load balancer. */
export function apiUrl(state: string): string | undefined {
  return existsSync(portFile(state)) ? `http://127.0.0.1:${readFileSync(portFile(state), "utf8")}` : undefined;
}

function controlSocket(state: string): string {
  return join(state, "balancer.sock");
}

function loopbackSocket(state: string): string {
  return join(state, "api.sock");
}

function pidFile(state: string): string {
  return join(state, "balancer.pid");
}

function portFile(state: string): string {
  return join(state, "api.port");
}

/** Starts the load balancer's stand-in in front of these nodes. Throws if it does not listen within 30 s. */
export async function startBalancer(state: string, stack: LocalStack, nodes: readonly Host[]): Promise<void> {
  const { balancer } = stack;
  if (balancer === undefined || nodes.length === 0) {
    return;
  }
  const configuration = configure(state, balancer, nodes);
  const within = ["ip", "netns", "exec", cloudNamespace(stack.stack)];
  const log = openSync(join(state, "balancer.log"), "a", 0o600);
  recordProcess(pidFile(state), startDetached([...within, "haproxy", "-W", "-f", configuration], log));
  const listens = async (): Promise<boolean> =>
    (await attempt([...within, "bash", "-c", `</dev/tcp/${ADDRESSES.balancer}/443`])).code === 0;
  if (!(await until(listens, 30_000))) {
    throw new Error(`the load balancer's stand-in does not start: see ${join(state, "balancer.log")}`);
  }
  const port = await freePort(LOOPBACK_PORT);
  const forwarding = join(state, "loopback.cfg");
  writeFileSync(forwarding, loopbackConfiguration(port, loopbackSocket(state), balancer.idleSeconds));
  startBackground(state, "loopback", ["haproxy", "-db", "-f", forwarding]);
  writeFileSync(portFile(state), String(port));
}

/** Puts the load balancer in front of other nodes, or changes its settings. Starts it if it does not run. Its counters start again. */
export async function changeBalancer(
  state: string,
  from: LocalStack,
  to: LocalStack,
  booted: readonly Host[],
): Promise<void> {
  const nodes = booted.filter(isTarget);
  const running = recordedProcess(pidFile(state));
  if (running === undefined) {
    return startBalancer(state, to, nodes);
  }
  const targets = ({ balancer, hosts }: LocalStack): string =>
    JSON.stringify([balancer, hosts.filter(isTarget).map(({ name, address }) => [name, address])]);
  if (to.balancer !== undefined && targets(from) !== targets(to)) {
    configure(state, to.balancer, nodes);
    process.kill(running, "SIGUSR2"); // HAProxy's master process reads the configuration again
  }
}

/** Whether a host is behind the load balancer. */
export function isTarget({ services }: Host): boolean {
  return services.includes("api");
}

/** Stops new requests to a node, and waits up to 30 s until those in flight have ended. */
export async function drain(state: string, { name }: Host): Promise<void> {
  if (recordedProcess(pidFile(state)) !== undefined) {
    await command(state, `set server nodes/${name} state drain`);
    await until(async () => (await statistics(state, "nodes", name)).scur === "0", 30_000, 500);
  }
}

/** Sends requests to a node again once its health checks succeed. */
export async function undrain(state: string, { name }: Host): Promise<void> {
  if (recordedProcess(pidFile(state)) !== undefined) {
    await command(state, `set server nodes/${name} state ready`);
  }
}

/** Writes the stand-in's files; returns the path of its configuration. */
function configure(state: string, balancer: LocalBalancer, nodes: readonly Host[]): string {
  const pem = join(state, "balancer.pem");
  const configuration = join(state, "balancer.cfg");
  writeFileSync(pem, balancer.certificate, { mode: 0o600 });
  const paths = { pem, control: controlSocket(state), loopback: loopbackSocket(state) };
  writeFileSync(configuration, balancerConfiguration(balancer, nodes, paths));
  return configuration;
}
