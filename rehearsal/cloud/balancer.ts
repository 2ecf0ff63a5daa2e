import { openSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Host, LocalBalancer, LocalStack } from "../stack/local-stack";
import { cloudNamespace, ADDRESSES } from "../network/network";
import { attempt, startDetached, until } from "../system/process";

/** Seconds after which a connection that is not answered is given up; clouds don't publish theirs. */
const CONNECT_SECONDS = 5;

/** Where a client asks that repeats what failed. */
export const RETRYING_PORT = 8443;

/**
 * The stand-in's whole haproxy.cfg: TLS in and out, the planned health checks and time-outs. Like the clouds' own it takes
 * each request to one node and never to a second.
 */
export function balancerConfiguration(
  balancer: LocalBalancer,
  nodes: readonly Host[],
  { pem, control }: { pem: string; control: string },
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
    option forwardfor
    http-request set-header X-Forwarded-Proto https
    default_backend nodes

# A client that repeats a request once when it failed and may be repeated, as every good one does.
frontend repeating
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

/** Requests that the balancer has answered with a server's error, its own or a node's, since it started. */
export async function balancerErrors(state: string): Promise<number> {
  const connection = connect(controlSocket(state));
  connection.end("show stat\n");
  const lines = (await text(connection)).split("\n").map((line) => line.replace(/^# /, "").split(","));
  const frontend = lines.find(([proxy, service]) => proxy === "https" && service === "FRONTEND")!;
  return Number(frontend[lines[0]!.indexOf("hrsp_5xx")]);
}

function controlSocket(state: string): string {
  return join(state, "balancer.sock");
}

/** Starts what stands for the cloud's load balancer, in front of these nodes. */
export async function startBalancer(state: string, stack: LocalStack, nodes: readonly Host[]): Promise<void> {
  const { balancer } = stack;
  if (balancer === undefined || nodes.length === 0) {
    return;
  }
  const pem = join(state, "balancer.pem");
  writeFileSync(pem, balancer.certificate, { mode: 0o600 });
  const configuration = join(state, "balancer.cfg");
  writeFileSync(configuration, balancerConfiguration(balancer, nodes, { pem, control: controlSocket(state) }));
  const within = ["ip", "netns", "exec", cloudNamespace(stack.stack)];
  startDetached([...within, "haproxy", "-W", "-f", configuration], openSync(join(state, "balancer.log"), "a", 0o600));
  const listens = async (): Promise<boolean> =>
    (await attempt([...within, "bash", "-c", `</dev/tcp/${ADDRESSES.balancer}/443`])).code === 0;
  if (!(await until(listens, 30_000))) {
    throw new Error(`the load balancer's stand-in does not start: see ${join(state, "balancer.log")}`);
  }
}
