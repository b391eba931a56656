#!/usr/bin/env bash
# Format, lints, then every test on SQLite and PostgreSQL, then the clients that front ends use. The PostgreSQL and the
# Redis are made for this run and removed after it; POSTGRES=off and REDIS=off leave them out, CLIENTS=off what needs
# Node and Python, SCHEMATHESIS=off what needs Python.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/need.sh cargo

cleanup() {
    if [ -n "${started:-}" ]; then scripts/postgres.sh stop; fi
    if [ -n "${redis_started:-}" ]; then scripts/redis.sh stop; fi
}
trap cleanup EXIT

if [ "${POSTGRES:-on}" = off ]; then
    echo 'POSTGRES=off: the tests run on SQLite alone' >&2
    # Said in so many words: without it a test that runs on both engines fails.
    FABRICA_TEST_POSTGRES=off
elif [ -z "${FABRICA_TEST_POSTGRES:-}" ]; then
    FABRICA_TEST_POSTGRES=$(scripts/postgres.sh start)
    started=yes
fi
export FABRICA_TEST_POSTGRES

if [ "${REDIS:-on}" = off ]; then
    echo 'REDIS=off: what replicas share through Redis is not tested' >&2
elif [ -z "${FABRICA_TEST_REDIS:-}" ]; then
    FABRICA_TEST_REDIS=$(scripts/redis.sh start)
    redis_started=yes
fi
if [ -n "${FABRICA_TEST_REDIS:-}" ]; then export FABRICA_TEST_REDIS; fi

scripts/pages.sh
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
# Left out by decision; tests that need a PostgreSQL or a Redis fail without one.
with_nextest=() without=() left_out='none()'
if [ "$FABRICA_TEST_POSTGRES" = off ]; then
    left_out="$left_out or test(/on_postgres$/)"
    without+=(--skip on_postgres)
fi
if [ "$FABRICA_TEST_POSTGRES" = off ] || [ -z "${FABRICA_TEST_REDIS:-}" ]; then
    left_out="$left_out or test(/with_redis/)"
    without+=(--skip with_redis)
fi
if [ "$left_out" != 'none()' ]; then
    with_nextest=(-E "not ($left_out)")
    without=(-- "${without[@]}")
fi
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked ${with_nextest[@]+"${with_nextest[@]}"}
else
    cargo test --workspace --locked ${without[@]+"${without[@]}"}
fi
if [ "${CLIENTS:-on}" = off ]; then
    echo 'CLIENTS=off: the clients of front ends and the browser are not tried' >&2
else
    scripts/clients.sh
    scripts/browser.sh
fi
