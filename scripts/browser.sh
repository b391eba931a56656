#!/usr/bin/env bash
# Walks through the playground and the storefront in a real browser, against the built program. Pictures are left in test-artefacts/.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../tests/browser"
../../scripts/need.sh npm

FABRICA_CHROMIUM=$(../../scripts/chromium.sh)
export FABRICA_CHROMIUM
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund
fi
npm test
