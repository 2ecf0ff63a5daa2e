#!/bin/bash

# lock_backups: fails if another backup or restore is running. Locks Neo4j's home directory itself.
lock_backups() {
  exec 9<"$HOME_DIRECTORY"
  flock --nonblock 9 || { echo "a backup or a restore is running" >&2; exit 1; }
}
