#!/bin/bash
# Downloads this node's bootstrap with the machine's identity, verifies its hash and runs it. Runs at every boot: at the
# first from user data, later from the unit that it installs. Only the variables below differ between nodes.
# Installed as ape-node, it also transfers objects to and from object storage for the node's jobs.
set -Eeuo pipefail

readonly METADATA=http://169.254.169.254
readonly STATE=/var/lib/ape RUNTIME=/run/ape

say() { echo "ape-boot: $*"; }
fail() {
  say "FAILED: $*" >&2
  exit 1
}
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR

retry() { # retry COMMAND...: up to five attempts, 5 s apart
  local try
  for try in 1 2 3 4 5; do
    if "$@"; then return 0; fi
    say "attempt $try of 5 failed: $1 ${2:-}" >&2
    sleep 5
  done
  return 1
}

use_mirror() { # a mirror serves debian and debian-security side by side, as Debian's servers do
  [[ -n $PACKAGE_MIRROR ]] || return 0
  keep /etc/apt/sources.list.d/debian.sources <<SOURCES
Types: deb
URIs: $PACKAGE_MIRROR
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: $PACKAGE_MIRROR-security
Suites: trixie-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
}

install_tools() {
  command -v curl >/dev/null && command -v jq >/dev/null && return 0
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update && apt-get -qy install --no-install-recommends ca-certificates curl jq
}

# Secrets never appear on a command line: curl reads its credentials from a file descriptor.
aws_credentials() { # prints curl configuration
  local token role
  token=$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$METADATA/latest/api/token")
  role=$(curl -fsS -H "X-aws-ec2-metadata-token: $token" "$METADATA/latest/meta-data/iam/security-credentials/")
  curl -fsS -H "X-aws-ec2-metadata-token: $token" "$METADATA/latest/meta-data/iam/security-credentials/$role" |
    jq -r '"user = \"\(.AccessKeyId):\(.SecretAccessKey)\"\nheader = \"x-amz-security-token: \(.Token)\""'
}

gcp_credentials() {
  curl -fsS -H 'Metadata-Flavor: Google' "$METADATA/computeMetadata/v1/instance/service-accounts/default/token" |
    jq -r '"header = \"authorization: Bearer \(.access_token)\""'
}

gcp_project() {
  curl -fsS -H 'Metadata-Flavor: Google' "$METADATA/computeMetadata/v1/project/project-id"
}

aws_object() { # aws_object BUCKET KEY
  curl -fsS -K <(aws_credentials) --aws-sigv4 "aws:amz:$REGION:s3" "https://s3.$REGION.amazonaws.com/$1/$2"
}

aws_secret() { # aws_secret NAME
  curl -fsS -K <(aws_credentials) --aws-sigv4 "aws:amz:$REGION:secretsmanager" \
    -H 'content-type: application/x-amz-json-1.1' -H 'x-amz-target: secretsmanager.GetSecretValue' \
    -d "{\"SecretId\":\"$SECRET_PREFIX$1\"}" "https://secretsmanager.$REGION.amazonaws.com/" |
    jq -er .SecretString
}

gcp_object() {
  curl -fsS -K <(gcp_credentials) "https://storage.googleapis.com/storage/v1/b/$1/o/${2//\//%2F}?alt=media"
}

gcp_secret() {
  curl -fsS -K <(gcp_credentials) \
    "https://secretmanager.googleapis.com/v1/projects/$(gcp_project)/secrets/$SECRET_PREFIX$1/versions/latest:access" |
    jq -er .payload.data | base64 -d
}

aws_put() { # aws_put BUCKET KEY FILE
  curl -fsS -K <(aws_credentials) --aws-sigv4 "aws:amz:$REGION:s3" -T "$3" "https://s3.$REGION.amazonaws.com/$1/$2"
}

gcp_put() {
  curl -fsS -o /dev/null -K <(gcp_credentials) -H 'content-type: application/octet-stream' -T "$3" -X POST \
    "https://storage.googleapis.com/upload/storage/v1/b/$1/o?uploadType=media&name=${2//\//%2F}"
}

aws_list() { # aws_list BUCKET PREFIX: S3 returns at most 1000 keys per request
  local page after=
  while page=$(curl -fsS -K <(aws_credentials) --aws-sigv4 "aws:amz:$REGION:s3" \
    "https://s3.$REGION.amazonaws.com/$1?list-type=2&prefix=${2//\//%2F}&start-after=${after//\//%2F}"); do
    grep -oP '(?<=<Key>)[^<]+' <<<"$page" || true
    [[ $page == *"<IsTruncated>true<"* ]] || return 0
    after=$(grep -oP '(?<=<Key>)[^<]+' <<<"$page" | tail -n 1)
  done
  return 1
}

gcp_list() {
  local page token=
  while page=$(curl -fsS -K <(gcp_credentials) \
    "https://storage.googleapis.com/storage/v1/b/$1/o?prefix=${2//\//%2F}&fields=items/name,nextPageToken&pageToken=$token"); do
    jq -r '.items[]?.name' <<<"$page"
    token=$(jq -r '.nextPageToken // ""' <<<"$page")
    [[ -n $token ]] || return 0
  done
  return 1
}

aws_delete() { # aws_delete BUCKET KEY
  curl -fsS -K <(aws_credentials) --aws-sigv4 "aws:amz:$REGION:s3" -X DELETE "https://s3.$REGION.amazonaws.com/$1/$2"
}

gcp_delete() {
  curl -fsS -K <(gcp_credentials) -X DELETE "https://storage.googleapis.com/storage/v1/b/$1/o/${2//\//%2F}"
}

fetch_object() { "${CLOUD}_object" "$BOOTSTRAP_BUCKET" "$1"; }
fetch_secret() { "${CLOUD}_secret" "$1"; }

install_unit() {
  [[ $0 -ef /usr/local/sbin/ape-node ]] || install -m 0755 "$0" /usr/local/sbin/ape-node
  keep /etc/systemd/system/ape-boot.service <<'UNIT'
[Unit]
Description=APE node bootstrap
Wants=network-online.target
After=network-online.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/ape-node boot
StandardOutput=journal+console
StandardError=journal+console
[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  systemctl enable --quiet ape-boot.service
}

boot() {
  local order sha bundle
  mkdir -p "$STATE" "$RUNTIME"
  exec 9>"$RUNTIME/boot.lock"
  flock 9 # the cloud's agent and the unit may both start it
  use_mirror
  retry install_tools || fail "cannot install curl and jq; check the route (NAT) to Debian's packages"
  install_unit
  order=$(retry fetch_object "nodes/$NODE") || fail "no order for $NODE in bucket $BOOTSTRAP_BUCKET"
  sha=$(jq -er .bootstrap <<<"$order") || fail "the order for $NODE names no bootstrap"
  bundle=$STATE/$sha.sh
  if ! echo "$sha  $bundle" | sha256sum --check --status 2>/dev/null; then
    retry fetch_object "bootstrap/$sha.sh" >"$bundle" || fail "cannot download bootstrap $sha"
    echo "$sha  $bundle" | sha256sum --check --status || fail "bootstrap $sha does not match its hash"
  fi
  say "running $sha"
  # shellcheck source=/dev/null
  source "$bundle"
}

case "${1:-boot}" in
  boot) boot ;;
  get) "${CLOUD}_object" "$2" "$3" ;;
  put) "${CLOUD}_put" "$2" "$3" "$4" ;;
  list) "${CLOUD}_list" "$2" "$3" ;;
  delete) "${CLOUD}_delete" "$2" "$3" ;;
  *) fail "usage: ape-node boot | get BUCKET KEY | put BUCKET KEY FILE | list BUCKET PREFIX | delete BUCKET KEY" ;;
esac
