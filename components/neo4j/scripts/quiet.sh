#!/bin/bash

# quiet neo4j-admin ARGUMENT...: runs it as the owner of the files, without its progress (one line per percent).
quiet() {
  runuser -u neo4j -- "$@" 2> >(grep -vE '^(Files: |$)' >&2)
}
