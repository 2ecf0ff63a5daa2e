#!/bin/bash

stop_server() { systemctl stop "$POSTGRESQL_UNIT"; }
start_server() { systemctl start "$POSTGRESQL_UNIT"; }
resume_operation() { ask "SELECT pg_reload_conf()" >/dev/null; }
