#!/usr/bin/env bash
# Builds the typed client, then holds the real program to it, and to the clients and audit suites in tests/clients.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/need.sh npm

scripts/client_package.sh
cargo build --bin fabrica --locked
export FABRICA_BIN="${FABRICA_BIN:-${CARGO_TARGET_DIR:-target}/debug/fabrica}"
cd tests/clients
# npm writes this file when it is done.
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund
fi

# Schemathesis comes from PyPI, into a folder of its own.
version=4.32.5
if [ "${SCHEMATHESIS:-on}" = off ]; then
    unset SCHEMATHESIS
    echo 'SCHEMATHESIS=off: documents that nobody would think of are not tried' >&2
else
    python3 -c 'import venv, ensurepip' || {
        echo 'missing: Python 3 with venv, for schemathesis (Debian: apt-get install python3-venv), or SCHEMATHESIS=off' >&2
        exit 1
    }
    if [ ! -f "python/$version" ]; then
        rm -rf python
        python3 -m venv python
        python/bin/pip install --quiet --disable-pip-version-check "schemathesis==$version"
        touch "python/$version"
    fi
    export SCHEMATHESIS="$PWD/python/bin/schemathesis"
fi
npm test
