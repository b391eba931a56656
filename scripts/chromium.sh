#!/usr/bin/env bash
# Prints the path of a Chromium; installs Debian's where there is none and it may.
set -euo pipefail

find_one() {
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" && return 0
    done
    return 1
}

find_one && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update && apt-get install -y --no-install-recommends chromium; } >&2
    find_one && exit 0
fi
echo 'missing: chromium (install it from your system’s packages)' >&2
exit 1
