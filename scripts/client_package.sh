#!/usr/bin/env bash
# Builds the typed client package in playground/client. Does nothing when it is newer than its sources.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../playground/client"

built=dist/persisted-documents.json
sources=(package-lock.json package.json tsconfig.json codegen.js keyed.cjs src example ../operations ../../schema/schema.graphql)
if [ -f "$built" ] && [ -z "$(find "${sources[@]}" -type f -not -path '*/generated/*' -not -path '*/dist/*' -newer "$built" -print -quit)" ]; then
    exit 0
fi

# npm writes this file when it is done.
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund
fi
npm run build
