#!/usr/bin/env bash
# Builds the typed client, then holds the real program to it, and to the clients and audit suites in tests/clients.
# Without Node the rest is tested all the same, so that this is no failure.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v npm >/dev/null; then
    echo 'no npm here: the clients are not tested; install Node 20 or later from https://nodejs.org' >&2
    exit 0
fi

scripts/client_package.sh
cargo build --bin fabrica --locked
export FABRICA_BIN="${FABRICA_BIN:-${CARGO_TARGET_DIR:-target}/debug/fabrica}"
cd tests/clients
# npm writes this file when it is done.
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund
fi

# Schemathesis comes from PyPI, into a folder of its own; without Python its test says that it was left out.
version=4.32.5
if python3 -c 'import venv, ensurepip' 2>/dev/null; then
    if [ ! -f "python/$version" ]; then
        rm -rf python
        python3 -m venv python
        python/bin/pip install --quiet --disable-pip-version-check "schemathesis==$version"
        touch "python/$version"
    fi
    export SCHEMATHESIS="$PWD/python/bin/schemathesis"
else
    echo 'no Python 3 with venv here: schemathesis is left out; install it from https://www.python.org' >&2
fi
npm test
