import { TLS } from "../model/tls";
import type { Cloud } from "../model/cloud";
import { REQUEST_TIMEOUT_SECONDS } from "./timeout";

/** The port that the load balancer connects to, and when a container counts as down. Source: Load Balancing. */
export const SERVING = { port: 8443, maxFails: 3, failTimeoutSeconds: 30 } as const;

/** Largest body of a request. Ours. */
const BODY_LIMIT = "10m";
/**
 * Limits per client and node: requests a second, burst, and connections. Ours: hundreds of times T4's load of all clients
 * together, and less than a node's workers can handle.
 */
const CLIENT = { requestsPerSecond: 100, burst: 200, connections: 100 } as const;
/** Longer than any load balancer keeps an idle connection to a node: Google Cloud 600 s, AWS its idle time-out. */
const KEEPALIVE_SECONDS = 620;

/**
 * Where X-Forwarded-For names the client: AWS appends it; Google Cloud appends it, followed by its own address. Everything
 * before that is set by the client and not trusted.
 */
const CLIENT_ADDRESS: Readonly<Record<Cloud, string>> = {
  aws: String.raw`"~(?<forwarded>[0-9a-fA-F.:]+)\s*$"`,
  gcp: String.raw`"~(?<forwarded>[0-9a-fA-F.:]+),\s*[0-9a-fA-F.:]+\s*$"`,
};
const KEEPALIVE_CONNECTIONS = 32;

/** A container's line in nginx's upstream block. */
export function upstreamServer(port: number | string): string {
  return `server 127.0.0.1:${port} max_fails=${SERVING.maxFails} fail_timeout=${SERVING.failTimeoutSeconds}s;`;
}

/** How systemd stops nginx: requests in flight finish; those that exceed the time-out are cut. */
export const NGINX_DRAIN = `[Service]
LimitNOFILE=65536
ExecStop=
ExecStop=-/sbin/start-stop-daemon --quiet --stop --retry QUIT/${REQUEST_TIMEOUT_SECONDS} --pidfile /run/nginx.pid
TimeoutStopSec=${REQUEST_TIMEOUT_SECONDS + 10}
`;

/** Where nginx runs. */
export interface NginxPlace {
  /** The file that lists the upstream servers; a release rewrites it. */
  readonly upstreamFile: string;
  readonly certificate: string;
  readonly key: string;
  /** Target of access_log. */
  readonly accessLog: string;
  /** Set where nginx runs as an unprivileged user in a container: its number of workers and the only writable folder. */
  readonly confined?: { readonly workers: number; readonly runFolder: string };
  /**
   * While this file exists, nginx fails readiness and closes each connection after its next response. Omit it where the
   * load balancer is drained before nginx is stopped.
   */
  readonly drainFile?: string;
}

/** As a service of a node. */
export function onNode(upstreamFile: string): NginxPlace {
  return {
    upstreamFile,
    certificate: TLS.certificate,
    key: TLS.key,
    accessLog: "syslog:server=unix:/dev/log,nohostname,tag=nginx",
  };
}

/** Kinds of temporary files that nginx writes, each to its own folder. */
const TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

function processes({ confined }: NginxPlace): string {
  return confined === undefined
    ? `user www-data;
worker_processes auto;
worker_rlimit_nofile 65536;
pid /run/nginx.pid;`
    : `worker_processes ${confined.workers};
pid ${confined.runFolder}/nginx.pid;`;
}

/** Directives that move the temporary files into one folder. */
export function temporaryPaths(folder: string): string {
  return TEMPORARY.map((name) => `    ${name}_temp_path ${folder}/${name};\n`).join("");
}

/** Directives that serve a request. */
const SERVE = `            limit_req zone=requests burst=${CLIENT.burst} nodelay;
            limit_conn connections ${CLIENT.connections};
            proxy_pass http://api;
`;

/** Locations that handle requests while nginx drains. */
const DRAINING = `
        location @draining {
            keepalive_timeout 0;
${SERVE}        }
        location @not_ready {
            return 503;
        }
`;

/** Redirects to another location internally while the drain file exists; no client receives the 418. */
function whileDraining(location: string, { drainFile }: NginxPlace): string {
  return drainFile === undefined
    ? ""
    : `            error_page 418 = @${location};
            if (-f ${drainFile}) {
                return 418;
            }
`;
}

/** Renders nginx.conf. */
export function nginxConfiguration(cloud: Cloud, place: NginxPlace): string {
  return `${processes(place)}
# After a reload, old workers finish their requests within this time.
worker_shutdown_timeout ${REQUEST_TIMEOUT_SECONDS}s;

events {
    worker_connections 8192;
}

http {
${place.confined === undefined ? "" : temporaryPaths(place.confined.runFolder)}    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;
    tcp_nopush on;
    server_tokens off;

    log_format json escape=json '{"time":"$time_iso8601","id":"$traced","client":"$client","method":"$request_method",'
        '"uri":"$uri","status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr",'
        '"upstreamSeconds":"$upstream_response_time"}';
    access_log ${place.accessLog} json;
    error_log stderr warn;

    keepalive_timeout ${KEEPALIVE_SECONDS}s;
    client_max_body_size ${BODY_LIMIT};
    client_header_timeout 10s;
    client_body_timeout 30s;
    send_timeout 30s;
    reset_timedout_connection on;
    large_client_header_buffers 4 8k;

    gzip on;
    gzip_proxied any;
    gzip_types application/json text/plain text/css application/javascript;

    map $http_x_forwarded_for $client {
        default $remote_addr;
        ${CLIENT_ADDRESS[cloud]} $forwarded;
    }
    limit_req_zone $client zone=requests:10m rate=${CLIENT.requestsPerSecond}r/s;
    limit_conn_zone $client zone=connections:10m;
    limit_req_status 429;
    limit_conn_status 429;

    # A valid request id of the client is passed on; any other is replaced.
    map $http_x_request_id $traced {
        default $request_id;
        "~^[A-Za-z0-9-]{8,64}$" $http_x_request_id;
    }

    # Plain requests keep the upstream connection alive; upgrades take it over.
    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' '';
    }

    upstream api {
        # Shared between workers: without it each worker counts failures alone.
        zone api 64k;
        least_conn;
        include ${place.upstreamFile};
        keepalive ${KEEPALIVE_CONNECTIONS};
    }

    server {
        listen ${SERVING.port} ssl;
        http2 on;
        server_name _;

        ssl_certificate ${place.certificate};
        ssl_certificate_key ${place.key};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:tls:10m;
        ssl_session_tickets off;

        add_header X-Request-ID $traced always;

        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $client;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header X-Request-ID $traced;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_connect_timeout ${REQUEST_TIMEOUT_SECONDS}s;
        proxy_send_timeout ${REQUEST_TIMEOUT_SECONDS}s;
        proxy_read_timeout ${REQUEST_TIMEOUT_SECONDS}s;
        # Non-idempotent requests (POST, PATCH) are never retried. Any response counts as success: if a 503 marked a
        # container as down, a store that fails over would take every container out of rotation.
        proxy_next_upstream error timeout;
        proxy_next_upstream_tries 2;

        location / {
${whileDraining("draining", place)}${SERVE}        }

        # Health checks are exempt from the limits per client. One ready container makes the node ready.
        location = /ready {
${whileDraining("not_ready", place)}            proxy_pass http://api;
            proxy_intercept_errors on;
            error_page 503 = @ready;
        }
        location @ready {
            proxy_pass http://api;
        }
${place.drainFile === undefined ? "" : DRAINING}
        location = /nginx-status {
            stub_status;
            access_log off;
            allow 127.0.0.1;
            deny all;
        }
    }
}
`;
}
