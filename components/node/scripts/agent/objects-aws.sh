#!/bin/bash

# Objects in S3, beside boot.sh's get_object.
# The parts of a script share variables.
# shellcheck disable=SC2004,SC2034,SC2153

put_object() { # put_object BUCKET KEY FILE
  s3 -T "$3" "$1/$2"
}

list_objects() { # list_objects BUCKET PREFIX: S3 returns at most 1000 keys per request
  local page after=
  while page=$(s3 "$1?list-type=2&prefix=${2//\//%2F}&start-after=${after//\//%2F}"); do
    grep -oP '(?<=<Key>)[^<]+' <<<"$page" || true
    [[ $page == *"<IsTruncated>true<"* ]] || return 0
    after=$(grep -oP '(?<=<Key>)[^<]+' <<<"$page" | tail -n 1)
  done
  return 1
}

delete_object() { # delete_object BUCKET KEY
  s3 -X DELETE "$1/$2"
}

conditional_get() { # conditional_get BUCKET KEY ETAG: prints curl configuration
  printf 'url = "https://s3.%s.amazonaws.com/%s/%s"\naws-sigv4 = "aws:amz:%s:s3"\n' "$REGION" "$1" "$2" "$REGION"
  [[ -z $3 ]] || printf 'header = "If-None-Match: %s"\n' "${3//\"/\\\"}"
}

VERSION_HEADER=etag
