#!/bin/bash

# replication_field NAME: prints one field of this server's INFO replication. Reads ADMIN and REDIS_PORT; requires cli.
replication_field() {
  cli "$ADMIN" localhost "$REDIS_PORT" info replication | tr -d '\r' | sed -n "s/^$1://p"
}
