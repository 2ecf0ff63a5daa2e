#!/bin/bash

# is_standby: whether the server on this node is in recovery.
is_standby() { [[ $(psql -XAtqh "$SOCKET_DIRECTORY" -d postgres -c 'SELECT pg_is_in_recovery()') == t ]]; }
