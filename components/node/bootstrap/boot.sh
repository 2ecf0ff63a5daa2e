#!/bin/bash
# Boots this node. As user data it only installs itself as ape-node with the unit that runs at every boot, and starts the
# unit: the cloud's agent runs it once, the unit until it succeeds. The unit runs the last bootstrap that worked here, or
# the ordered one: downloaded with the machine's identity, its hash verified. Only the variables below differ between nodes.
# The parts of a script share variables.
# shellcheck disable=SC2034
set -Eeuo pipefail

readonly METADATA=http://169.254.169.254
readonly STATE=/var/lib/ape RUNTIME=/run/ape SELF=/usr/local/sbin/ape-node
readonly LIBRARY=${APE_LIBRARY:-/usr/local/lib/ape}
# No call to the network lasts without end: it connects within 5 s, and transfers 1000 bytes a second.
readonly LIMITS=(-fsS --connect-timeout 5 --speed-limit 1000 --speed-time 30)
readonly QUICK=("${LIMITS[@]}" --max-time 10)
CREDENTIALS='' CREDENTIALS_END=0
# receives the reason of a failure
REASON_FILE=/dev/null

say() { echo "ape-boot: $*"; }
fail() {
  say "FAILED: $*" >&2
  echo "$*" >"$REASON_FILE"
  exit 1
}
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR

# retry COMMAND...: until it succeeds, with growing pauses, for PATIENCE seconds: permissions of a new identity can take
# minutes. Prints the output of the last try only. An exit status of 99 means that no retry helps.
retry() {
  local status pause=2 end=$((SECONDS + ${PATIENCE:-900})) output
  output=$(mktemp)
  while :; do
    status=0
    "$@" >"$output" || status=$?
    ((status && status != 99 && SECONDS + pause <= end)) || break
    say "failed, again in $pause s: $1 ${2:-}" >&2
    sleep "$pause"
    pause=$((pause < 15 ? pause * 2 : 30))
  done
  ((status)) || cat "$output"
  rm "$output"
  return "$status"
}

# a mirror serves debian and debian-security side by side, as Debian's servers do
use_mirror() {
  [[ -n $PACKAGE_MIRROR ]] || return 0
  local part
  for part in ': trixie trixie-updates' '-security: trixie-security'; do
    printf '%s\n' 'Types: deb' "URIs: $PACKAGE_MIRROR${part%%:*}" "Suites:${part#*:}" 'Components: main' \
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' ''
  done | keep /etc/apt/sources.list.d/debian.sources
}

# apt_get ARGUMENT...: one at a time
apt_get() {
  DEBIAN_FRONTEND=noninteractive flock "$RUNTIME/apt.lock" apt-get -o DPkg::Lock::Timeout=300 "$@" >&2
}

update_packages() { apt_get -q update -o APT::Update::Error-Mode=any; }

install_tools() {
  # With several names, command -v succeeds if it finds one of them.
  command -v curl >/dev/null && command -v jq >/dev/null && command -v gpgv >/dev/null && return 0
  update_packages && apt_get -qy install --no-install-recommends ca-certificates curl jq gpgv
}

# request CURL-ARGUMENT...: with the machine's identity. Secrets never appear on a command line: curl reads its credentials
# from a file descriptor.
request() {
  ((CREDENTIALS_END > EPOCHSECONDS + 60)) || read_credentials || return 1
  curl "${LIMITS[@]}" -K <(printf '%s\n' "$CREDENTIALS") "$@"
}

fetch_secret() { get_secret "$1"; }

# unit NAME COMMAND DESCRIPTION: runs at every boot until the command succeeds
unit() {
  keep "/etc/systemd/system/$1.service" <<UNIT
[Unit]
Description=$3
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$SELF $2
Restart=on-failure
RestartSec=15
TimeoutStartSec=90min
StandardOutput=journal+console
StandardError=journal+console
[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  systemctl enable --quiet "$1.service"
  systemctl start --no-block "$1.service"
}

start() {
  mkdir -p "$STATE" "$RUNTIME"
  # EC2's image makes cloud-init write /etc/hosts at every boot, without the names of the other nodes.
  [[ ! -d /etc/cloud/cloud.cfg.d ]] || keep /etc/cloud/cloud.cfg.d/99-ape.cfg <<<'manage_etc_hosts: false'
  [[ $0 -ef $SELF ]] || { install -m 0755 "$0" "$SELF.new" && mv "$SELF.new" "$SELF"; }
  if declare -F open_access >/dev/null; then unit ape-access access "APE login"; fi
  unit ape-boot boot "APE node bootstrap"
}

# one change of the node at a time
lock() {
  mkdir -p "$STATE" "$RUNTIME"
  exec 9>"$RUNTIME/boot.lock"
  flock 9
}

# phase NAME: what the node is doing, and for how long it has been at it, for its status
phase() {
  echo "$1 $SECONDS" >"$RUNTIME/phase"
}

is_whole() { echo "$1  $STATE/$1.sh" | sha256sum --check --status 2>/dev/null; }

# fetch_bootstrap SHA
fetch_bootstrap() {
  ! is_whole "$1" || return 0
  retry get_object "$BOOTSTRAP_BUCKET" "bootstrap/$1.sh" >"$STATE/$1.sh" || fail "cannot download bootstrap $1"
  is_whole "$1" || fail "bootstrap $1 does not match its hash"
}

read_order() { get_object "$BOOTSTRAP_BUCKET" "nodes/$NODE" | jq -ce 'select(.bootstrap)'; }

# run SHA: in a separate process, which ends at the first error
run() {
  say "running $1"
  PATIENCE=${PATIENCE:-900} bash "$SELF" run "$1" "$REASON_FILE"
}

# keep_good SHA MACHINE: the bootstrap worked on this type of machine
keep_good() {
  [[ $(readlink "$STATE/current") == "$1.sh" ]] || ln -sfn "$1.sh" "$STATE/current"
  keep "$STATE/machine" <<<"$2"
}

# The first boot on this disk runs the ordered bootstrap. Afterwards the node's own programs decide.
boot() {
  lock
  REASON_FILE=$RUNTIME/reason
  trap '(($? == 0)) || phase failed' EXIT
  use_mirror
  retry install_tools || fail "cannot install curl and jq; check the route (NAT) to Debian's packages"
  if [[ -e $STATE/current ]]; then
    # shellcheck source=/dev/null
    source "$LIBRARY/node.sh"
    boot_again
  else
    phase booting
    retry read_order >"$STATE/order.json" || fail "no order for $NODE in bucket $BOOTSTRAP_BUCKET"
    first=$(jq -r .bootstrap "$STATE/order.json")
    fetch_bootstrap "$first"
    run "$first" || exit # it has said why
    keep_good "$first" "$(machine_type)"
  fi
  phase serving
}

case "${1:-start}" in
  start) start ;;
  boot) boot ;;
  access)
    say() { echo "ape-access: $*"; }
    retry install_tools || fail "cannot install gpgv"
    open_access
    ;;
  run)
    REASON_FILE=$3 BOOTSTRAP=$STATE/$2.sh
    # shellcheck source=/dev/null
    source "$BOOTSTRAP"
    ;;
  *)
    # shellcheck source=/dev/null
    source "$LIBRARY/objects-$CLOUD.sh"
    # shellcheck source=/dev/null
    source "$LIBRARY/node.sh"
    node "$@"
    ;;
esac
