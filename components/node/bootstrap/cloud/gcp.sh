#!/bin/bash

# Google Cloud: the instance's metadata, its credentials, objects and secrets. Reads SECRET_PREFIX. IAP needs nothing
# that the image lacks.
# The parts of a script share variables.
# shellcheck disable=SC2034

# metadata PATH
metadata() {
  curl "${QUICK[@]}" -H 'Metadata-Flavor: Google' "$METADATA/computeMetadata/v1/$1"
}

machine_type() {
  local path
  path=$(metadata instance/machine-type) && echo "${path##*/}"
}

instance_id() { metadata instance/id; }

read_credentials() {
  local answer
  answer=$(metadata instance/service-accounts/default/token) || return 1
  CREDENTIALS=$(jq -er '"header = \"authorization: Bearer \(.access_token)\""' <<<"$answer") || return 1
  CREDENTIALS_END=$((EPOCHSECONDS + $(jq '.expires_in // 0' <<<"$answer")))
}

get_object() { request "https://storage.googleapis.com/storage/v1/b/$1/o/${2//\//%2F}?alt=media"; }

get_secret() {
  local project
  project=$(metadata project/project-id) &&
    request --max-time 30 \
      "https://secretmanager.googleapis.com/v1/projects/$project/secrets/$SECRET_PREFIX$1/versions/latest:access" |
    jq -er .payload.data | base64 -d
}
