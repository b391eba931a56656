#!/usr/bin/env bash
# Builds the playground's pages into playground/dist, from where the program takes them. Does nothing when they
# are newer than their sources. Without Node the API works all the same, so that this is no failure.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../playground"

if ! command -v npm >/dev/null; then
    echo 'no npm here: the playground is not built; install Node 20 or later from https://nodejs.org' >&2
    exit 0
fi

built=dist/index.html
sources=(package-lock.json index.html vite.config.ts src operations)
if [ -f "$built" ] && [ -z "$(find "${sources[@]}" -newer "$built" -print -quit)" ]; then
    exit 0
fi

# npm writes this file when it is done.
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund
fi
npm run build
