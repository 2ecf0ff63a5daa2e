# What a node's bootstrap is made of. Every step is idempotent: run twice, the second changes nothing. Sourced by
# boot.sh, whose fail, retry, say and fetch_secret it uses; the calls that follow it are this node's own.

STARTED=$(date +%s)
declare -A RESTARTS=() RELOADS=()

fetch_secrets() { # fetch_secrets NAME...: into memory, readable by root only
  local name
  install -d -m 0700 "$RUNTIME/secrets"
  for name in "$@"; do
    (umask 077 && retry fetch_secret "$name" >"$RUNTIME/secrets/$name.json") || fail "secret $name can't be read"
    jq -e 'type == "object"' "$RUNTIME/secrets/$name.json" >/dev/null || fail "secret $name is not a JSON object"
  done
}

secret_field() { # secret_field NAME FIELD
  jq -er --arg field "$2" '.[$field]' "$RUNTIME/secrets/$1.json" || fail "secret $1 has no field $2"
}

fill_marks() { # standard input with each @{secret/field} replaced by its value
  local text mark inner value
  text=$(cat; echo .)
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

put_file() { # put_file PATH MODE OWNER RESTARTS RELOADS: content from standard input
  local path=$1 mode=$2 owner=$3 restarts=$4 reloads=$5 new
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

seed_file() { # seed_file PATH MODE OWNER: written only when absent
  if [[ -e $1 ]]; then cat >/dev/null; else put_file "$1" "$2" "$3" '' ''; fi
}

add_source() { # add_source NAME URI SUITE COMPONENTS KEY_URL FINGERPRINT
  local key=/etc/apt/keyrings/$1.asc
  install_packages gpg
  install -d /etc/apt/keyrings
  # Keys expire and are renewed; a node that can't ask goes on with the one it has.
  if retry curl -fsSo "$key.new" "$5"; then mv "$key.new" "$key"; fi
  [[ -e $key ]] || fail "the signing key of $1 can't be fetched from $5"
  if ! gpg --show-keys --with-colons "$key" | grep -q "^fpr:::::::::$6:"; then
    rm -f "$key"
    fail "the signing key of $1 is not $6"
  fi
  put_file "/etc/apt/sources.list.d/$1.sources" 0644 root:root '' '' <<SOURCE
Types: deb
URIs: $2
Suites: $3
Components: $4
Signed-By: $key
SOURCE
}

apply_sysctl() { # in a container the kernel is the host's
  systemd-detect-virt --quiet --container || sysctl -q --system
}

install_packages() { # install_packages NAME...: without starting anything
  local name missing=()
  for name in "$@"; do
    is_installed "$name" || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  if [[ -d /etc/ape/debconf ]]; then cat /etc/ape/debconf/* | debconf-set-selections; fi
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 0755 /usr/sbin/policy-rc.d
  retry apt_install "${missing[@]}" || fail "packages can't be installed: ${missing[*]}"
  rm -f /usr/sbin/policy-rc.d
}

is_installed() { # is_installed NAME[=VERSION]
  local status
  status=$(dpkg-query -Wf '${db:Status-Status} ${Version}' "${1%%=*}" 2>/dev/null) || return 1
  if [[ $1 == *=* ]]; then [[ $status == "installed ${1#*=}" ]]; else [[ $status == installed* ]]; fi
}

install_session_agent() { # people's only way in on AWS; a node that can't get it serves all the same
  [[ $CLOUD == aws ]] && ! is_installed amazon-ssm-agent || return 0
  local package=$RUNTIME/amazon-ssm-agent.deb
  if curl -fsSo "$package" "https://s3.$REGION.amazonaws.com/amazon-ssm-$REGION/latest/debian_amd64/amazon-ssm-agent.deb"; then
    dpkg -i "$package" || say "the Session Manager agent can't be installed"
  else
    say "the Session Manager agent can't be fetched: nobody can log in to this node"
  fi
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -q update &&
    DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends -o Dpkg::Options::=--force-confold "$@"
}

mount_disk() { # mount_disk ROLE MOUNT: formats only a blank disk
  local device uuid seconds
  device=$(jq -er --arg role "$1" '.disks[$role]' "$RUNTIME/secrets/$NODE_SECRET.json") || fail "no disk is known for $1"
  for ((seconds = 0; seconds < 180; seconds++)); do
    [[ -b $device ]] && break
    sleep 1
  done
  [[ -b $device ]] || fail "disk $device of $1 did not appear within 180 s"
  if ! blkid -p "$device" >/dev/null; then
    [[ $(lsblk -nro NAME "$device" | wc -l) == 1 ]] || fail "disk $device of $1 has partitions; it is not ours to format"
    say "formatting $device for $1"
    mkfs.ext4 -q -m 1 "$device"
  fi
  uuid=$(blkid -p -o value -s UUID "$device")
  install -d "$2"
  grep -q "^UUID=$uuid " /etc/fstab ||
    echo "UUID=$uuid $2 ext4 defaults,noatime,nofail,x-systemd.device-timeout=60s 0 2" >>/etc/fstab
  systemctl daemon-reload
  mountpoint -q "$2" || mount "$2"
  mountpoint -q "$2" || fail "disk $device of $1 can't be mounted" # for a missing disk "nofail" lets mount succeed
  resize2fs "$device" 2>/dev/null || fail "the file system of $1 can't be grown to its disk"
}

own_disk() { # own_disk MOUNT USER: a new system image may number its users differently
  [[ $(stat -c %U "$1") == "$2" ]] || chown -R "$2:$2" "$1"
}

grant_tls() { # grant_tls USER...: may read this node's key
  local user
  for user in "$@"; do
    id -nG "$user" | grep -qw ape-tls || usermod -aG ape-tls "$user"
  done
}

start_units() { # start_units NAME...
  local unit
  systemctl daemon-reload
  for unit in "$@"; do
    systemctl enable --quiet "$unit" 2>/dev/null || true # generated units (containers) are enabled by their generator
    if systemctl is-active --quiet "$unit"; then
      if [[ -n ${RESTARTS[$unit]:-} ]]; then
        systemctl restart "$unit"
      elif [[ -n ${RELOADS[$unit]:-} ]]; then
        systemctl reload "$unit"
      fi
    else
      systemctl start "$unit" || fail "$unit does not start: $(journalctl -u "$unit" -n 5 --no-pager -o cat | tr '\n' '|')"
    fi
  done
}

mask_units() {
  local unit
  for unit in "$@"; do
    [[ $(systemctl is-enabled "$unit" 2>/dev/null) == masked ]] || systemctl mask --now --quiet "$unit"
  done
}

await_health() { # await_health ROLE COMMAND: up to ten minutes
  local seconds
  for ((seconds = 0; seconds < 600; seconds += 2)); do
    if bash -c "$2" >/dev/null 2>&1; then
      say "$1 serves"
      return 0
    fi
    sleep 2
  done
  fail "$1 does not serve after 600 s: $(bash -c "$2" 2>&1 | tail -n 3 | tr '\n' '|')"
}

finish() {
  say "ready in $(($(date +%s) - STARTED)) s"
}
