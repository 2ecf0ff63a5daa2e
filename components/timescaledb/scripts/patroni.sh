#!/bin/bash

# members: Patroni's members as JSON.
members() { patronictl -c "$PATRONI_CONFIG" list --format json 2>/dev/null; }
# leader: the name of the member that is the primary.
leader() { members | jq -r '.[] | select(.Role == "Leader").Member'; }
