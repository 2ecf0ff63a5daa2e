#!/bin/bash

# AWS: the instance's metadata, its credentials, objects, secrets and the Session Manager agent. Reads REGION,
# SECRET_PREFIX, SESSION_AGENT and SESSION_SIGNER.
# The parts of a script share variables.
# shellcheck disable=SC2034

# metadata PATH
metadata() {
  local token
  token=$(curl "${QUICK[@]}" -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$METADATA/latest/api/token") &&
    curl "${QUICK[@]}" -H "X-aws-ec2-metadata-token: $token" "$METADATA/latest/meta-data/$1"
}

machine_type() { metadata instance-type; }
instance_id() { metadata instance-id; }

read_credentials() {
  local role answer
  role=$(metadata iam/security-credentials/) && answer=$(metadata "iam/security-credentials/$role") || return 1
  CREDENTIALS=$(jq -er '"user = \"\(.AccessKeyId):\(.SecretAccessKey)\"\nheader = \"x-amz-security-token: \(.Token)\""' <<<"$answer") || return 1
  CREDENTIALS_END=$(date -d "$(jq -r '.Expiration // "now"' <<<"$answer")" +%s)
}

# s3 CURL-ARGUMENT... BUCKET/KEY
s3() {
  request --aws-sigv4 "aws:amz:$REGION:s3" "${@:1:$#-1}" "https://s3.$REGION.amazonaws.com/${*: -1}"
}

get_object() { s3 "$1/$2"; }

get_secret() {
  request --max-time 30 --aws-sigv4 "aws:amz:$REGION:secretsmanager" -H 'content-type: application/x-amz-json-1.1' \
    -H 'x-amz-target: secretsmanager.GetSecretValue' -d "{\"SecretId\":\"$SECRET_PREFIX$1\"}" \
    "https://secretsmanager.$REGION.amazonaws.com/" | jq -er .SecretString
}

# Installs the Session Manager agent, without which no operator can log in. AWS publishes a signature of each package.
open_access() {
  [[ $(dpkg-query -Wf '${db:Status-Status}' amazon-ssm-agent 2>/dev/null) != installed ]] || return 0
  local package=$RUNTIME/amazon-ssm-agent.deb suffix
  for suffix in '' .sig; do
    retry curl "${LIMITS[@]}" -o "$package$suffix" \
      "https://s3.$REGION.amazonaws.com/amazon-ssm-$REGION/$SESSION_AGENT/debian_amd64/amazon-ssm-agent.deb$suffix" ||
      fail "cannot download the Session Manager agent $SESSION_AGENT"
  done
  base64 -d <<<"$SESSION_SIGNER" >"$package.gpg"
  gpgv -q --keyring "$package.gpg" "$package.sig" "$package" ||
    fail "the signature of the Session Manager agent $SESSION_AGENT is not AWS's; it is not installed"
  retry apt_get -qy install "$package" || fail "cannot install the Session Manager agent"
  rm "$package"*
}
