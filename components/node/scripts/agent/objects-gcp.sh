#!/bin/bash

# Objects in Cloud Storage, beside boot.sh's get_object.
# The parts of a script share variables.
# shellcheck disable=SC2004,SC2034,SC2153

put_object() { # put_object BUCKET KEY FILE
  request -o /dev/null -H 'content-type: application/octet-stream' -T "$3" -X POST \
    "https://storage.googleapis.com/upload/storage/v1/b/$1/o?uploadType=media&name=${2//\//%2F}"
}

list_objects() { # list_objects BUCKET PREFIX
  local page token=
  while page=$(request \
    "https://storage.googleapis.com/storage/v1/b/$1/o?prefix=${2//\//%2F}&fields=items/name,nextPageToken&pageToken=$token"); do
    jq -r '.items[]?.name' <<<"$page"
    token=$(jq -r '.nextPageToken // ""' <<<"$page")
    [[ -n $token ]] || return 0
  done
  return 1
}

delete_object() { # delete_object BUCKET KEY
  request -X DELETE "https://storage.googleapis.com/storage/v1/b/$1/o/${2//\//%2F}"
}

conditional_get() { # conditional_get BUCKET KEY GENERATION: prints curl configuration
  printf 'url = "https://storage.googleapis.com/storage/v1/b/%s/o/%s?alt=media%s"\n' "$1" "${2//\//%2F}" \
    "${3:+&ifGenerationNotMatch=$3}"
}

VERSION_HEADER=x-goog-generation
