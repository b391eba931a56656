#!/usr/bin/env bash
# Format, lints, then every test on SQLite and PostgreSQL, then the clients that front ends use. The PostgreSQL is made for this run and removed after it;
# POSTGRES=off leaves it out.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/need.sh cargo

cleanup() {
    if [ -n "${started:-}" ]; then scripts/postgres.sh stop; fi
}
trap cleanup EXIT

if [ "${POSTGRES:-on}" = off ]; then
    echo 'POSTGRES=off: the tests run on SQLite alone' >&2
elif [ -z "${FABRICA_TEST_POSTGRES:-}" ]; then
    FABRICA_TEST_POSTGRES=$(scripts/postgres.sh start)
    started=yes
fi
if [ -n "${FABRICA_TEST_POSTGRES:-}" ]; then export FABRICA_TEST_POSTGRES; fi

scripts/pages.sh
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
with_nextest=() without=()
if [ -z "${FABRICA_TEST_POSTGRES:-}" ]; then
    # Left out by decision; tests that need a PostgreSQL fail without one.
    with_nextest=(-E 'not test(/on_postgres$/)')
    without=(-- --skip on_postgres)
fi
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked ${with_nextest[@]+"${with_nextest[@]}"}
else
    cargo test --workspace --locked ${without[@]+"${without[@]}"}
fi
scripts/clients.sh
scripts/browser.sh
