import { TLS } from "../node/bootstrap/bundle";
import { containerPort } from "./containers";

/** What nginx offers: the port that the load balancer speaks to, and how long it is patient. Origin: Load Balancing. */
export const SERVING = { port: 8443, timeoutSeconds: 60, maxFails: 3, failTimeoutSeconds: 30 } as const;

const BODY_LIMIT = "10m";
const KEEPALIVE_CONNECTIONS = 32;

/** The whole of nginx.conf for a node with this many containers. */
export function nginxConfiguration(containers: number): string {
  const servers = Array.from(
    { length: containers },
    (_, index) =>
      `        server 127.0.0.1:${containerPort(index)} max_fails=${SERVING.maxFails} fail_timeout=${SERVING.failTimeoutSeconds}s;`,
  );
  return `user www-data;
worker_processes auto;
worker_rlimit_nofile 65536;
# A reload lets old workers finish what they have, and no longer.
worker_shutdown_timeout ${SERVING.timeoutSeconds}s;
pid /run/nginx.pid;

events {
    worker_connections 8192;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;
    tcp_nopush on;
    server_tokens off;

    log_format json escape=json '{"time":"$time_iso8601","id":"$request_id","client":"$http_x_forwarded_for","method":"$request_method",'
        '"uri":"$uri","status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr",'
        '"upstreamSeconds":"$upstream_response_time"}';
    access_log syslog:server=unix:/dev/log,nohostname,tag=nginx json;
    error_log stderr warn;

    client_max_body_size ${BODY_LIMIT};
    client_header_timeout 10s;
    client_body_timeout 30s;
    large_client_header_buffers 4 8k;

    gzip on;
    gzip_proxied any;
    gzip_types application/json text/plain text/css application/javascript;

    # Plain requests keep their connection to the container alive; upgrades hand it over.
    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' '';
    }

    upstream api {
        # Shared between workers: without it each worker counts failures alone.
        zone api 64k;
        least_conn;
${servers.join("\n")}
        keepalive ${KEEPALIVE_CONNECTIONS};
    }

    server {
        listen ${SERVING.port} ssl;
        http2 on;
        server_name _;

        ssl_certificate ${TLS.certificate};
        ssl_certificate_key ${TLS.key};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:tls:10m;
        ssl_session_tickets off;

        location / {
            proxy_pass http://api;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto https;
            proxy_set_header X-Request-ID $request_id;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_connect_timeout ${SERVING.timeoutSeconds}s;
            proxy_send_timeout ${SERVING.timeoutSeconds}s;
            proxy_read_timeout ${SERVING.timeoutSeconds}s;
            # Never repeated: requests that may have had an effect (POST and its like).
            proxy_next_upstream error timeout http_502 http_503;
            proxy_next_upstream_tries 2;
        }

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
