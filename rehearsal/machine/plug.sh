#!/usr/bin/env bash
# Creates a disk's device in a running machine, as udev does. Arguments: device, path below /dev/disk/by-id, major and minor number.
set -euo pipefail

device=$1 path=$2 major=$3 minor=$4
[[ -b $device ]] || mknod "$device" b "$major" "$minor"
mkdir -p "$(dirname "$path")"
[[ -b $path ]] || mknod "$path" b "$major" "$minor"
