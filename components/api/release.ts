import type { NodeFile } from "../model/role";
import { upstreamServer } from "./nginx";
import { RELEASE_STATE, slotPorts, UPSTREAM_FILE } from "./slots";

/** The object in the bootstrap bucket that says which image the API's nodes run; every node may read what begins so. */
export const RELEASE_KEY = "bootstrap/releases/api";

/** The release that a node has refused, until it boots again. */
export const REFUSED_FILE = "/run/ape/api-refused";

/** Brings the wanted release into service at boot. */
export const RELEASE_UNIT = "ape-api-release.service";
/** Asks for a new one. */
export const RELEASE_TIMER = "ape-api-release.timer";

/** Seconds between two looks at the wanted release, and how far nodes are spread within. */
const POLL_SECONDS = 15;
const SPREAD_SECONDS = 5;
/** Seconds that a new container has to be ready. Ours: an image's first start reads all of it from disk. */
const READY_SECONDS = 60;
/** The same for a new node's: its stores may be booting as well, and there is nothing to go back to. */
const FIRST_READY_SECONDS = 600;
/** Seconds that it must stay ready before the next one's turn, and the whole node's before the old release is forgotten. */
const PROBATION_SECONDS = 5;
/** Restarts after which a container that isn't ready won't be. */
const MAX_RESTARTS = 2;

export interface ReleasePlace {
  /** Whole name of the bucket. */
  readonly bucket: string;
  /** Containers on the node. */
  readonly containers: number;
  /** Seconds that requests have to end at a container which leaves. */
  readonly drainSeconds: number;
}

/**
 * How a node changes its release: a new container starts beside each old one and takes its place once it is ready. One
 * that isn't, or doesn't stay so, is taken back with all that went before, and the release is refused.
 */
export function releaseFiles(place: ReleasePlace): NodeFile[] {
  return [
    { path: "/usr/local/sbin/ape-api-release", mode: "0755", content: script(place) },
    { path: `/etc/systemd/system/${RELEASE_UNIT}`, content: SERVICE },
    { path: `/etc/systemd/system/${RELEASE_TIMER}`, content: TIMER },
  ];
}

const SERVICE = `[Unit]
Description=Release of the APE API
Wants=network-online.target
After=network-online.target haproxy.service

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/ape-api-release
TimeoutStartSec=1800
`;

const TIMER = `[Unit]
Description=Looks for a new release of the APE API

[Timer]
OnActiveSec=${POLL_SECONDS}
OnUnitInactiveSec=${POLL_SECONDS}
RandomizedDelaySec=${SPREAD_SECONDS}
AccuracySec=1

[Install]
WantedBy=timers.target
`;

function script({ bucket, containers, drainSeconds }: ReleasePlace): string {
  const slots = Array.from({ length: containers }, (_, slot) => slot);
  return `#!/bin/bash
# Brings the wanted release of the API into service. With --again also one that was refused.
set -euo pipefail

readonly STATE=${RELEASE_STATE} REFUSED=${REFUSED_FILE}
readonly SLOTS=(${slots.join(" ")}) FIRST=(${slots.map((slot) => slotPorts(slot)[0]).join(" ")}) SECOND=(${slots.map((slot) => slotPorts(slot)[1]).join(" ")})

say() { echo "$*"; }
stop_with() { echo "$*" >&2; exit 1; }
keep() { local text; text=$(cat); [[ $(cat "$1" 2>/dev/null) == "$text" ]] || { printf '%s\\n' "$text" >"$1.new" && mv "$1.new" "$1"; }; }

serving() { cat "$STATE/slot-$1" 2>/dev/null || echo "\${FIRST[$1]}"; }
spare() { if [[ $(serving "$1") == "\${FIRST[$1]}" ]]; then echo "\${SECOND[$1]}"; else echo "\${FIRST[$1]}"; fi; }
is_ready() { curl -fsS -o /dev/null --max-time 3 "http://127.0.0.1:$1/ready" 2>/dev/null; }

start() { # start PORT IMAGE
  echo "APE_IMAGE=$2" | keep "$STATE/$1.env"
  systemctl reset-failed "ape-api@$1" 2>/dev/null || true
  systemctl restart "ape-api@$1"
}

stop() { # stop PORT: nginx gives it nothing new; what it has ends
  local seconds
  sleep 2 # nginx's old workers have heard of it
  for ((seconds = 0; seconds < ${drainSeconds}; seconds++)); do
    [[ -n $(ss -Htn state established "( sport = :$1 )") ]] || break
    sleep 1
  done
  systemctl stop "ape-api@$1"
}

await_ready() { # await_ready PORT SECONDS RESTARTS: becomes ready within the time and the restarts, and stays so
  local end=$((SECONDS + $2)) held=0
  while ((SECONDS < end)); do
    if is_ready "$1"; then
      if ((++held > ${PROBATION_SECONDS})); then return 0; fi
    elif (($2 == ${READY_SECONDS} && held)) || (($(systemctl show -P NRestarts "ape-api@$1") > $3)); then
      return 1
    fi
    sleep 1
  done
  return 1
}

upstream_server() { echo "${upstreamServer("$1")}"; }

reload_nginx() { if systemctl is-active --quiet nginx; then nginx -t -q && systemctl reload nginx; fi; }

publish() { # tells nginx which containers serve
  local slot
  for slot in "\${SLOTS[@]}"; do upstream_server "$(serving "$slot")"; done | keep ${UPSTREAM_FILE}
  reload_nginx
}

replace() { # replace SLOT IMAGE: the slot's other port takes over, or nothing changes
  local old new
  old=$(serving "$1")
  new=$(spare "$1")
  if ! { start "$new" "$2" && await_ready "$new" ${READY_SECONDS} ${MAX_RESTARTS}; }; then
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

roll_back() { # roll_back SLOTS: these have the new release already
  local slot
  for slot in $1; do
    replace "$slot" "$current" || say "slot $slot can't go back to $current; its container goes on" >&2
  done
}

roll_out() { # all or nothing
  local slot replaced done=
  for slot in "\${SLOTS[@]}"; do
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

start_serving() { # start_serving IMAGE: the node has just booted, there is nothing to take over from
  local slot
  for slot in "\${SLOTS[@]}"; do start "$(serving "$slot")" "$1" & done
  wait
  publish
}

await_all() { # await_all SECONDS RESTARTS: what nginx counts against containers that aren't there yet is forgotten then
  local slot
  for slot in "\${SLOTS[@]}"; do
    if ! await_ready "$(serving "$slot")" "$1" "$2"; then
      say "$(serving "$slot") is not ready"
      return 1
    fi
  done
  reload_nginx
}

install -d "$STATE" /run/ape
exec 9>/run/ape/api-release.lock
flock 9
if [[ \${1:-} == --again ]]; then rm -f "$REFUSED"; fi
current=$(cat "$STATE/current" 2>/dev/null || true)
if [[ -n $current ]] && ! systemctl is-active --quiet "ape-api@$(serving 0)"; then
  start_serving "$current"
  await_all ${READY_SECONDS} ${MAX_RESTARTS} || say "$current goes on trying"
fi
wanted=$(/usr/local/sbin/ape-node get ${bucket} ${RELEASE_KEY}) || stop_with "which release is wanted can't be read; \${current:-nothing} goes on"
if [[ $wanted == "$current" ]]; then exit 0; fi
if [[ $wanted == "$(cat "$REFUSED" 2>/dev/null)" ]]; then stop_with "$wanted was refused; $current goes on"; fi
podman pull --quiet "$wanted" >/dev/null || stop_with "$wanted can't be pulled; \${current:-nothing} goes on"
if [[ -z $current ]]; then
  say "$wanted: starting"
  start_serving "$wanted"
  await_all ${FIRST_READY_SECONDS} ${FIRST_READY_SECONDS} || stop_with "$wanted is not ready"
elif ! { say "$wanted takes over from $current" && roll_out; }; then
  echo "$wanted" >"$REFUSED"
  stop_with "$wanted does not become ready: refused, $current serves"
fi
echo "$wanted" | keep "$STATE/current"
podman image prune --all --force >/dev/null
say "$wanted serves"
`;
}
