#!/usr/bin/env bash
# Walks through the playground in a real browser, against the built program. Pictures are left in test-artefacts/.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../tests/browser"

if ! command -v npm >/dev/null; then
    echo 'no npm here: the playground is not tried in a browser; install Node 20 or later from https://nodejs.org' >&2
    exit 0
fi

FABRICA_CHROMIUM=$(../../scripts/chromium.sh)
export FABRICA_CHROMIUM
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund
fi
npm test
