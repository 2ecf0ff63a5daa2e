#!/bin/bash
# Whether Sentinels may choose this server as master.

stand_back() { set_priority 0; }
stand_ready() { set_priority "$PRIORITY"; }
set_priority() { cli "$ADMIN" localhost "$REDIS_PORT" config set replica-priority "$1" >/dev/null; }
