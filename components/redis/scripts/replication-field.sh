#!/bin/bash

# Fields of INFO replication. Read ADMIN and REDIS_PORT; require cli.

# replication_field NAME: prints one field of this server's.
replication_field() { field_of localhost "$1"; }

# online_replicas MASTER: prints the addresses of its replicas that are in sync or close to it.
online_replicas() {
  cli "$ADMIN" "$1" "$REDIS_PORT" info replication | sed -n 's/^slave[0-9]*:ip=\([0-9.]*\),.*state=online.*/\1/p'
}

# offset_of REPLICA: prints how much of its master's stream a replica has. Its master knows it only once a second.
offset_of() { field_of "$1" slave_repl_offset; }

# field_of HOST NAME: prints one field of another server's.
field_of() {
  cli "$ADMIN" "$1" "$REDIS_PORT" info replication | tr -d '\r' | sed -n "s/^$2://p"
}
