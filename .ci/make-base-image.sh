#!/usr/bin/env bash
# Makes a stand-in for node:24-bookworm-slim on the engine at DOCKER_HOST, for machines that reach no image registry:
# Debian's minimal system by debootstrap, and the Node binary that npm ci installed.
set -euo pipefail
cd "$(dirname "$0")/.."
tag=${1:-node:24-bookworm-slim}
if docker image inspect "$tag" >/dev/null 2>&1; then
  echo "$tag is there already"
  exit 0
fi
# The mirror that this machine's own apt uses.
mirror=$(sed -n 's/^URIs: *//p; s/^deb  *\(\[[^]]*\] *\)\{0,1\}\(http[^ ]*\) .*/\2/p' /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | grep -m1 '/debian/*$' || true)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=ca-certificates bookworm "$root/system" ${mirror:+"$mirror"} >"$root/log" 2>&1 || { tail -20 "$root/log"; exit 1; }
rm -rf "$root"/system/var/cache/apt/archives/*.deb "$root"/system/var/lib/apt/lists/*
install -D -m 755 "$(realpath node_modules/node/bin/node)" "$root/system/usr/local/bin/node"
tar -C "$root/system" --numeric-owner -c . | docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' --change 'CMD ["node"]' - "$tag" >/dev/null
docker run --rm --network none "$tag" node --version
