#!/bin/bash

# cli USER HOST PORT COMMAND...: runs one command on a server or a Sentinel as one of Redis' users, within $CLI_SECONDS.
# Reads CA and CLI_SECONDS.
cli() {
  REDISCLI_AUTH=$(cat "/etc/redis/$1.password") timeout "$CLI_SECONDS" redis-cli --no-auth-warning --tls --cacert "$CA" \
    --user "$1" -h "$2" -p "$3" "${@:4}"
}
