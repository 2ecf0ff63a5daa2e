#!/usr/bin/env bash
# Removes a disk's device from a running machine. Fails if something keeps its file system busy. Argument: path below /dev/disk/by-id.
set -euo pipefail

path=$1
[[ -b $path ]] || exit 0
minor=$((0x$(stat -c %T "$path")))
numbers=$((0x$(stat -c %t "$path"))):$minor
while read -r _ _ mounted _ mountpoint _; do
  [[ $mounted != "$numbers" ]] || umount "$mountpoint"
done </proc/self/mountinfo
for file in "$path" "/dev/loop$minor"; do
  umount "$file" 2>/dev/null || true # devices that the machine was started with are bound
  rm -f "$file"
done
