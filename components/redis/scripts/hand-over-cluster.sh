#!/bin/bash
# hand_over's steps in cluster mode.

candidates() { online_replicas "$LEADER"; }

request_takeover() { cli "$ADMIN" "$1" "$REDIS_PORT" cluster failover; }

repeat_takeover() { # after EXPIRY_TRIES the replica has given up
  (($2 % EXPIRY_TRIES)) || request_takeover "$1" >/dev/null
}

has_taken_over() { [[ $(replication_field role) != master ]]; }

step_down() { :; } # has_taken_over waited for it
