#!/bin/bash
# Brings the wanted release of the API into service. With --again, also a release that was refused. For each slot, a new
# container starts next to the old one and takes over once it is ready. If a new container does not become or stay ready,
# all slots return to the old release and the new one is refused.
set -euo pipefail

serving() { cat "$STATE/slot-$1" 2>/dev/null || echo "${FIRST_PORTS[$1]}"; }
spare() {
  if [[ $(serving "$1") == "${FIRST_PORTS[$1]}" ]]; then echo "${SECOND_PORTS[$1]}"; else echo "${FIRST_PORTS[$1]}"; fi
}
is_ready() { curl -fsS -o /dev/null --max-time 3 "http://127.0.0.1:$1/ready" 2>/dev/null; }

start() { # start PORT IMAGE
  echo "APE_IMAGE=$2" | keep "$STATE/$1.env"
  systemctl reset-failed "ape-api@$1" 2>/dev/null || true
  systemctl restart "ape-api@$1"
}

stop() { # stop PORT: nginx sends no new requests; requests in flight have DRAIN_SECONDS to finish
  local seconds
  sleep 2 # nginx's old workers have exited or are draining
  for ((seconds = 0; seconds < DRAIN_SECONDS; seconds++)); do
    [[ -n $(ss -Htn state established "( sport = :$1 )") ]] || break
    sleep 1
  done
  systemctl stop "ape-api@$1"
}

await_ready() { # await_ready PORT SECONDS RESTARTS: until it has stayed ready; fails after SECONDS or more than RESTARTS
  local end=$((SECONDS + $2)) held=0
  while ((SECONDS < end)); do
    if is_ready "$1"; then
      if ((++held > PROBATION_SECONDS)); then return 0; fi
    elif (($2 == READY_SECONDS && held)) || (($(systemctl show -P NRestarts "ape-api@$1") > $3)); then
      return 1
    fi
    sleep 1
  done
  return 1
}

reload_nginx() { if systemctl is-active --quiet nginx; then nginx -t -q && systemctl reload nginx; fi; }

publish() { # configures nginx with the containers that serve
  local slot
  for slot in "${SLOTS[@]}"; do echo "${UPSTREAM_SERVER//PORT/$(serving "$slot")}"; done | keep "$UPSTREAM_FILE"
  reload_nginx
}

replace() { # replace SLOT IMAGE: the slot's other port takes over; on failure nothing changes
  local old new
  old=$(serving "$1")
  new=$(spare "$1")
  if ! { start "$new" "$2" && await_ready "$new" "$READY_SECONDS" "$MAX_RESTARTS"; }; then
    journalctl -u "ape-api@$new" -n 5 --no-pager -o cat >&2 || true
    systemctl stop "ape-api@$new"
    return 1
  fi
  echo "$new" | keep "$STATE/slot-$1"
  if ! publish; then
    echo "$old" | keep "$STATE/slot-$1"
    systemctl stop "ape-api@$new"
    return 1
  fi
  stop "$old" || true
}

roll_back() { # roll_back SLOTS: these run the new release
  local slot
  for slot in $1; do
    replace "$slot" "$current" || echo "slot $slot cannot return to $current; its container continues to run" >&2
  done
}

roll_out() { # all slots or none
  local slot replaced done=
  for slot in "${SLOTS[@]}"; do
    if ! replace "$slot" "$wanted"; then
      roll_back "$done"
      return 1
    fi
    done="$done $slot"
    for replaced in $done; do
      if ! is_ready "$(serving "$replaced")"; then
        roll_back "$done"
        return 1
      fi
    done
  done
}

start_serving() { # start_serving IMAGE: after a boot, when no container runs yet
  local slot
  for slot in "${SLOTS[@]}"; do start "$(serving "$slot")" "$1" & done
  wait
  publish
}

await_all() { # await_all SECONDS RESTARTS: then reloads nginx, which forgets the failures it counted until now
  local slot
  for slot in "${SLOTS[@]}"; do
    if ! await_ready "$(serving "$slot")" "$1" "$2"; then
      echo "$(serving "$slot") is not ready"
      return 1
    fi
  done
  reload_nginx
}

fail() { # fail IMAGE REASON
  echo "$1 failed: $2" >"$FAILED"
  stop_with "$1 $2; still serving ${current:-nothing}"
}

install -d "$STATE" /run/ape
exec 9>/run/ape/api-release.lock
flock 9
if [[ ${1:-} == --again ]]; then rm -f "$REFUSED"; fi
current=$(cat "$STATE/current" 2>/dev/null || true)
if [[ -n $current ]] && ! systemctl is-active --quiet "ape-api@$(serving 0)"; then
  start_serving "$current"
  await_all "$READY_SECONDS" "$MAX_RESTARTS" || echo "$current is not ready yet; systemd continues to restart it"
fi
wanted=$(/usr/local/sbin/ape-node get "$BUCKET" "$RELEASE_KEY") ||
  stop_with "cannot read the wanted release; still serving ${current:-nothing}"
if [[ $wanted == "$current" ]]; then
  rm -f "$FAILED"
  exit 0
fi
if [[ $wanted == "$(cat "$REFUSED" 2>/dev/null)" ]]; then fail "$wanted" "was refused: it did not become ready"; fi
podman pull --quiet "$wanted" >/dev/null || fail "$wanted" "cannot be pulled"
if [[ -z $current ]]; then
  echo "starting $wanted"
  start_serving "$wanted"
  await_all "$FIRST_READY_SECONDS" "$FIRST_READY_SECONDS" || fail "$wanted" "is not ready"
elif ! { echo "replacing $current by $wanted" && roll_out; }; then
  echo "$wanted" >"$REFUSED"
  fail "$wanted" "does not become ready: refused"
fi
echo "$wanted" | keep "$STATE/current"
rm -f "$FAILED"
podman image prune --all --force >/dev/null
echo "serving $wanted"
