#!/usr/bin/env bash
# Ends with a message when one of the programs named is not here, and says where to get it.
set -euo pipefail

for program in "$@"; do
    command -v "$program" >/dev/null && continue
    case $program in
    cargo) hint='install Rust from https://rustup.rs; the version needed then comes by itself' ;;
    npm) hint='install Node 20 or later from https://nodejs.org' ;;
    *) hint='install it' ;;
    esac
    printf 'missing: %s (%s)\n' "$program" "$hint" >&2
    exit 1
done
