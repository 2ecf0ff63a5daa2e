import { TLS } from "../model/tls";
import type { Cloud } from "../model/cloud";

/** What nginx offers: the port that the load balancer speaks to, and how long it is patient. Origin: Load Balancing. */
export const SERVING = { port: 8443, timeoutSeconds: 60, maxFails: 3, failTimeoutSeconds: 30 } as const;

/** Largest body of a request. Ours. */
const BODY_LIMIT = "10m";
/**
 * What one client may ask of a node: requests a second, how many may come at once, and connections. Ours: hundreds of
 * times what T4's load is of all clients together, and less than what keeps a node's workers busy.
 */
const CLIENT = { requestsPerSecond: 100, burst: 200, connections: 100 } as const;
/** Longer than any load balancer keeps a connection to a node open: Google's does for 600 s, AWS's for its idle time-out. */
const KEEPALIVE_SECONDS = 620;

/**
 * Where the load balancer's X-Forwarded-For names the client: AWS adds it last, Google Cloud adds it and then itself.
 * What stands before is the client's own claim.
 */
const CLIENT_ADDRESS: Readonly<Record<Cloud, string>> = {
  aws: String.raw`"~(?<forwarded>[0-9a-fA-F.:]+)\s*$"`,
  gcp: String.raw`"~(?<forwarded>[0-9a-fA-F.:]+),\s*[0-9a-fA-F.:]+\s*$"`,
};
const KEEPALIVE_CONNECTIONS = 32;

/** The line of a container in nginx's upstream, by its port. */
export function upstreamServer(port: number | string): string {
  return `server 127.0.0.1:${port} max_fails=${SERVING.maxFails} fail_timeout=${SERVING.failTimeoutSeconds}s;`;
}

/** How systemd stops nginx: requests end, and only what lasts longer than the time-out is cut. */
export const NGINX_DRAIN = `[Service]
LimitNOFILE=65536
ExecStop=
ExecStop=-/sbin/start-stop-daemon --quiet --stop --retry QUIT/${SERVING.timeoutSeconds} --pidfile /run/nginx.pid
TimeoutStopSec=${SERVING.timeoutSeconds + 10}
`;

/** Where nginx runs. */
export interface NginxPlace {
  /** Its containers stand in a file of their own, which a release changes. */
  readonly upstreamFile: string;
  readonly certificate: string;
  readonly key: string;
  /** Where access_log goes. */
  readonly accessLog: string;
  /** Where it runs confined: who it is there already, how many workers it may have, and the one folder that it writes. */
  readonly confined?: { readonly workers: number; readonly runFolder: string };
  /**
   * A file that says, by being there, that this nginx is about to leave: the load balancer is told so, and connections
   * end with their next answer. Absent: whoever ends nginx has told the load balancer before.
   */
  readonly leavingFile?: string;
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

/** What nginx keeps in folders of its own. */
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

/** Directives that move them into one folder. */
export function temporaryPaths(folder: string): string {
  return TEMPORARY.map((name) => `    ${name}_temp_path ${folder}/${name};\n`).join("");
}

/** How requests are served. */
const SERVE = `            limit_req zone=requests burst=${CLIENT.burst} nodelay;
            limit_conn connections ${CLIENT.connections};
            proxy_pass http://api;
`;

/** Where requests go once nginx is about to leave. */
const LEAVING = `
        location @farewell {
            keepalive_timeout 0;
${SERVE}        }
        location @not_ready {
            return 503;
        }
`;

/** Sends a location's requests to another one as soon as the file is there; 418 is seen by nobody. */
function leavesTo(location: string, { leavingFile }: NginxPlace): string {
  return leavingFile === undefined
    ? ""
    : `            error_page 418 = @${location};
            if (-f ${leavingFile}) {
                return 418;
            }
`;
}

/** The whole of nginx.conf. */
export function nginxConfiguration(cloud: Cloud, place: NginxPlace): string {
  return `${processes(place)}
# A reload lets old workers finish what they have, and no longer.
worker_shutdown_timeout ${SERVING.timeoutSeconds}s;

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

    # A caller's own id goes on with the request; one that isn't an id is replaced.
    map $http_x_request_id $traced {
        default $request_id;
        "~^[A-Za-z0-9-]{8,64}$" $http_x_request_id;
    }

    # Plain requests keep their connection to the container alive; upgrades hand it over.
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
        proxy_connect_timeout ${SERVING.timeoutSeconds}s;
        proxy_send_timeout ${SERVING.timeoutSeconds}s;
        proxy_read_timeout ${SERVING.timeoutSeconds}s;
        # Never repeated: requests that may have had an effect (POST and its like). An answer counts as one, whatever it
        # says: were a 503 held against containers, a store that fails over would take all of them out of service.
        proxy_next_upstream error timeout;
        proxy_next_upstream_tries 2;

        location / {
${leavesTo("farewell", place)}${SERVE}        }

        # The load balancer asks for all clients, and for all containers: one that is ready is enough.
        location = /ready {
${leavesTo("not_ready", place)}            proxy_pass http://api;
            proxy_intercept_errors on;
            error_page 503 = @ready;
        }
        location @ready {
            proxy_pass http://api;
        }
${place.leavingFile === undefined ? "" : LEAVING}
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
