import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ADDRESSES, cloudNamespace } from "../network/network";
import type { Host, LocalBalancer, LocalStack } from "../stack/local-stack";
import { startBackground } from "../system/background";
import { freePort } from "../system/free-port";
import { attempt, startDetached, until } from "../system/process";

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
    stats socket ${control} mode 600 level user

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
  const connection = connect(controlSocket(state));
  connection.end("show stat\n");
  const lines = (await text(connection)).split("\n").map((line) => line.replace(/^# /, "").split(","));
  const frontend = lines.find(([proxy, service]) => proxy === "https" && service === "FRONTEND")!;
  return Number(frontend[lines[0]!.indexOf("hrsp_5xx")]);
}

/** URL of the API on this machine's loopback interface; undefined without a load balancer. */
export function apiUrl(state: string): string | undefined {
  return existsSync(portFile(state)) ? `http://127.0.0.1:${readFileSync(portFile(state), "utf8")}` : undefined;
}

function controlSocket(state: string): string {
  return join(state, "balancer.sock");
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
  const pem = join(state, "balancer.pem");
  const loopback = join(state, "api.sock");
  const configuration = join(state, "balancer.cfg");
  writeFileSync(pem, balancer.certificate, { mode: 0o600 });
  writeFileSync(
    configuration,
    balancerConfiguration(balancer, nodes, { pem, control: controlSocket(state), loopback }),
  );
  const within = ["ip", "netns", "exec", cloudNamespace(stack.stack)];
  startDetached([...within, "haproxy", "-W", "-f", configuration], openSync(join(state, "balancer.log"), "a", 0o600));
  const listens = async (): Promise<boolean> =>
    (await attempt([...within, "bash", "-c", `</dev/tcp/${ADDRESSES.balancer}/443`])).code === 0;
  if (!(await until(listens, 30_000))) {
    throw new Error(`the load balancer's stand-in does not start: see ${join(state, "balancer.log")}`);
  }
  const port = await freePort(LOOPBACK_PORT);
  const forwarding = join(state, "loopback.cfg");
  writeFileSync(forwarding, loopbackConfiguration(port, loopback, balancer.idleSeconds));
  startBackground(state, "loopback", ["haproxy", "-db", "-f", forwarding]);
  writeFileSync(portFile(state), String(port));
}
