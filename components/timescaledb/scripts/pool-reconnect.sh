#!/bin/bash
# Patroni's on_role_change callback: makes PgBouncer reopen its server connections. An open connection keeps reporting the
# server's former role.
psql -Xqh "$SOCKET_DIRECTORY" -p "$POOL_PORT" -U postgres pgbouncer -c RECONNECT >/dev/null 2>&1 || true
