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
# shellcheck source=scripts/shared.sh
. "$(dirname "${BASH_SOURCE[0]}")/shared.sh"
if may_install; then
    install_packages chromium
    find_one && exit 0
fi
fail 'no chromium found: install it from your system’s packages'
