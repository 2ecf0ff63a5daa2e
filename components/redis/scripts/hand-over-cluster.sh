#!/bin/bash
# hand_over's steps in cluster mode.

candidates() {
  cli "$ADMIN" localhost "$REDIS_PORT" info replication | sed -n 's/^slave[0-9]*:ip=\([0-9.]*\),.*state=online.*/\1/p'
}

request_takeover() { cli "$ADMIN" "$1" "$REDIS_PORT" cluster failover; }

repeat_takeover() { # after EXPIRY_TRIES the replica has given up
  (($2 % EXPIRY_TRIES)) || request_takeover "$1" >/dev/null
}

has_taken_over() { [[ $(replication_field role) != master ]]; }
