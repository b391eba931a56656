#!/usr/bin/env bash
# Builds the pages into playground/dist, from where the program takes them: the playground itself and the storefront.
# Does nothing for those that are newer than their sources. Without Node the API works all the same, so that this is no
# failure.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../playground"

if ! command -v npm >/dev/null; then
    echo 'no npm here: the pages are not built; install Node 20 or later from https://nodejs.org' >&2
    exit 0
fi

# Whether a file is there and newer than all of these.
is_fresh() {
    local built=$1
    shift
    [ -f "$built" ] && [ -z "$(find "$@" -type f -not -path '*/generated/*' -newer "$built" -print -quit)" ]
}

# npm writes this file when it is done.
need_packages() {
    if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
        npm ci --no-audit --no-fund
    fi
}

if ! is_fresh dist/index.html package-lock.json index.html vite.config.ts src operations; then
    need_packages
    # Vite empties dist/, and with it the storefront, which is built after it.
    npm run build
fi

../scripts/client_package.sh
cd shop
if ! is_fresh ../dist/shop/index.html package-lock.json index.html vite.config.ts codegen.js scripts src \
    ../client/dist/persisted-documents.json ../../schema/schema.graphql; then
    need_packages
    npm run build
fi
