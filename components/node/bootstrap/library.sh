#!/bin/bash
# The steps of a node's bootstrap. Each is idempotent: a second run changes nothing. Sourced by boot.sh, whose fail, retry,
# say and fetch_secret it uses; the node's calls follow.

STARTED=$(date +%s)
declare -A RESTARTS=() RELOADS=()

# fetch_secrets NAME...: to a file system in memory, readable only by root. Without the secret store, a node whose
# bootstrap worked before goes on with the files that it has.
fetch_secrets() {
  local name json
  OFFLINE=''
  install -d -m 0700 "$RUNTIME/secrets"
  for name in "$@"; do
    json=$RUNTIME/secrets/$name.json
    if (umask 077 && retry fetch_secret "$name" >"$json.new"); then
      jq -e 'type == "object"' "$json.new" >/dev/null || fail "secret $name is not a JSON object"
      mv "$json.new" "$json"
    elif [[ $BOOTSTRAP -ef $STATE/current ]]; then
      OFFLINE="cannot read secret $name; the node runs with the files that it has"
      say "$OFFLINE"
      echo "$OFFLINE" >"$RUNTIME/offline"
      return 0
    else
      fail "cannot read secret $name"
    fi
  done
  rm -f "$RUNTIME/offline"
}

secret_field() { # secret_field NAME FIELD
  jq -er --arg field "$2" '.[$field]' "$RUNTIME/secrets/$1.json" || fail "secret $1 has no field $2"
}

fill_marks() { # prints standard input with each @{secret/field} replaced by its value
  local text mark inner value
  text=$(cat && echo .) # the dot preserves trailing newlines
  text=${text%.}
  while read -r mark; do
    [[ -n $mark ]] || continue
    inner=${mark#@\{}
    inner=${inner%\}}
    value=$(secret_field "${inner%%/*}" "${inner#*/}")
    text=${text//"$mark"/"$value"}
  done < <({ grep -oE '@\{[a-z0-9-]+/[A-Za-z0-9_-]+\}' <<<"$text" || true; } | sort -u)
  printf '%s' "$text"
}

put_file() { # put_file PATH MODE OWNER RESTARTS RELOADS: writes standard input
  local path=$1 mode=$2 owner=$3 restarts=$4 reloads=$5 new
  if [[ -n ${OFFLINE:-} && -e $path ]]; then
    cat >/dev/null
    return 0
  fi
  install -d "$(dirname "$path")"
  new=$(mktemp "$(dirname "$path")/.ape.XXXXXX")
  fill_marks >"$new"
  chmod "$mode" "$new"
  chown "$owner" "$new"
  if [[ -e $path ]] && cmp -s "$new" "$path" && [[ $(stat -c %a:%U:%G "$path") == "$(stat -c %a:%U:%G "$new")" ]]; then
    rm "$new"
    return 0
  fi
  mv "$new" "$path"
  if [[ -n $restarts ]]; then RESTARTS[$restarts]=1; fi
  if [[ -n $reloads ]]; then RELOADS[$reloads]=1; fi
}

seed_file() { # seed_file PATH MODE OWNER: writes standard input unless the file exists
  if [[ -e $1 ]]; then cat >/dev/null; else put_file "$1" "$2" "$3" '' ''; fi
}

add_source() { # add_source NAME URI SUITE COMPONENTS KEY_URL FINGERPRINT
  local key=/etc/apt/keyrings/$1.asc
  install_packages gpg
  install -d /etc/apt/keyrings
  # Keys expire and are renewed. A node that cannot download a new key continues with the one it has.
  # shellcheck disable=SC2097,SC2098
  if PATIENCE=$([[ -e $key ]] && echo 10 || echo "$PATIENCE") retry curl "${LIMITS[@]}" -o "$key.new" "$5"; then mv "$key.new" "$key"; fi
  [[ -e $key ]] || fail "cannot download the signing key of $1 from $5"
  if ! gpg --show-keys --with-colons "$key" | grep -q "^fpr:::::::::$6:"; then
    rm -f "$key"
    fail "the signing key of $1 does not have the fingerprint $6"
  fi
  put_file "/etc/apt/sources.list.d/$1.sources" 0644 root:root '' '' <<SOURCE
Types: deb
URIs: $2
Suites: $3
Components: $4
Signed-By: $key
SOURCE
}

apply_sysctl() { # not in a container, which shares the host's kernel
  systemd-detect-virt --quiet --container || sysctl -q --system
}

install_packages() { # install_packages NAME...: without starting their services
  local name missing=()
  for name in "$@"; do
    is_installed "$name" || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  if [[ -d /etc/ape/debconf ]]; then cat /etc/ape/debconf/* | debconf-set-selections; fi
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 0755 /usr/sbin/policy-rc.d
  retry apt_install "${missing[@]}" || fail "cannot install packages: ${missing[*]}"
  rm -f /usr/sbin/policy-rc.d
}

is_installed() { # is_installed NAME[=VERSION]
  local status
  status=$(dpkg-query -Wf '${db:Status-Status} ${Version}' "${1%%=*}" 2>/dev/null) || return 1
  if [[ $1 == *=* ]]; then [[ $status == "installed ${1#*=}" ]]; else [[ $status == installed* ]]; fi
}

apt_install() { # apt_install NAME...: no retry helps if the archive, which answered, does not have them
  update_packages || return 1
  apt_get -sqq install --no-install-recommends "$@" >/dev/null || return 99
  apt_get -qy install --no-install-recommends -o Dpkg::Options::=--force-confold "$@"
}

put_hosts() { # planned names, and addresses of peers that are elsewhere
  read_elsewhere
  write_hosts
}

start_agent() {
  systemctl daemon-reload
  systemctl enable --quiet --now ape-agent.service
}

mount_disk() { # mount_disk ROLE MOUNT: formats the disk only if it is blank
  local device uuid seconds
  if [[ -n ${OFFLINE:-} ]]; then
    mountpoint -q "$2" || mount "$2" || fail "cannot mount the disk of $1 without the node's secret, which names it"
    return 0
  fi
  device=$(jq -er --arg role "$1" '.disks[$role]' "$RUNTIME/secrets/$NODE_SECRET.json") || fail "the node's secret names no disk for $1"
  for ((seconds = 0; seconds < 180; seconds++)); do
    [[ -b $device ]] && break
    sleep 1
  done
  [[ -b $device ]] || fail "disk $device of $1 did not appear within 180 s"
  if ! blkid -p "$device" >/dev/null; then
    [[ $(lsblk -nro NAME "$device" | wc -l) == 1 ]] || fail "disk $device of $1 has partitions; expected a blank disk or a file system"
    say "formatting $device for $1"
    mkfs.ext4 -q -m 1 "$device"
  fi
  uuid=$(blkid -p -o value -s UUID "$device")
  install -d "$2"
  grep -q "^UUID=$uuid " /etc/fstab ||
    echo "UUID=$uuid $2 ext4 defaults,noatime,nofail,x-systemd.device-timeout=60s 0 2" >>/etc/fstab
  systemctl daemon-reload
  mountpoint -q "$2" || mount "$2"
  mountpoint -q "$2" || fail "cannot mount disk $device of $1" # with "nofail", mount succeeds if the disk is missing
  resize2fs "$device" 2>/dev/null || fail "cannot grow the file system of $1 to its disk"
}

own_disk() { # own_disk MOUNT USER: user ids may differ in a new system image
  [[ $(stat -c %U "$1") == "$2" ]] || chown -R "$2:$2" "$1"
}

grant_tls() { # grant_tls USER...: lets users read this node's TLS key
  local user
  for user in "$@"; do
    id -nG "$user" | grep -qw ape-tls || usermod -aG ape-tls "$user"
  done
}

start_units() { # start_units NAME...
  local unit
  systemctl daemon-reload
  for unit in "$@"; do
    systemctl reset-failed "$unit" 2>/dev/null || true # a broken bootstrap may have used up the unit's starts
    systemctl enable --quiet "$unit" 2>/dev/null || true # a generator enables the units it generates (containers)
    if systemctl is-active --quiet "$unit"; then
      if [[ -n ${RESTARTS[$unit]:-} ]]; then
        systemctl restart "$unit" || unit_failed "$unit" restart
      elif [[ -n ${RELOADS[$unit]:-} ]]; then
        systemctl reload "$unit" || unit_failed "$unit" reload
      fi
    else
      systemctl start "$unit" || unit_failed "$unit" start
    fi
  done
}

unit_failed() { # unit_failed UNIT ACTION
  fail "$1 failed to $2: $(journalctl -u "$1" -n 8 --no-pager -o cat | tr '\n' '|')"
}

mask_units() { # mask_units NAME...
  local unit
  for unit in "$@"; do
    [[ $(systemctl is-enabled "$unit" 2>/dev/null) == masked ]] || systemctl mask --now --quiet "$unit"
  done
}

await_health() { # await_health ROLE COMMAND: polls for up to ten minutes
  local seconds
  for ((seconds = 0; seconds < 600; seconds += 2)); do
    if bash -c "$2" >/dev/null 2>&1; then
      say "$1 serves"
      return 0
    fi
    ((seconds)) || say "waiting for $1 to serve"
    sleep 2
  done
  fail "$1 does not serve after 600 s: $(bash -c "$2" 2>&1 | tail -n 3 | tr '\n' '|')"
}

finish() {
  say "ready in $(($(date +%s) - STARTED)) s"
}
