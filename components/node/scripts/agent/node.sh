#!/bin/bash
# The node's programs, sourced by ape-node (boot.sh), whose functions and variables they use. Arguments: see `node`.
# The parts of a script share variables.
# shellcheck disable=SC2004,SC2034,SC2153

# node COMMAND...: runs a command of ape-node
node() {
  case "$1" in
    get) get_object "$2" "$3" ;;
    put) put_object "$2" "$3" "$4" ;;
    list) list_objects "$2" "$3" ;;
    delete) delete_object "$2" "$3" ;;
    status) show_status ;;
    apply) apply_order ;;
    agent) agent ;;
    agent-stop) agent_stop ;;
    *) fail "usage: ape-node boot | apply | status | get BUCKET KEY | put BUCKET KEY FILE | list BUCKET PREFIX | delete BUCKET KEY" ;;
  esac
}
