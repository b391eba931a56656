#!/usr/bin/env bash
# Fuzzes what reads what strangers send: each target of fuzz/ for so many seconds (60, or the first argument), on a
# worker's stack. What it finds to go on from is kept in fuzz/found; what breaks, in fuzz/artifacts: mend it, and put
# it into fuzz/corpus, which `make test` runs.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../fuzz"

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo 'missing: cargo-fuzz (cargo install cargo-fuzz; it needs a nightly compiler: rustup toolchain install nightly)' >&2
    exit 1
fi
# The versions that the server has.
[ -f Cargo.lock ] || cp ../Cargo.lock .
ulimit -s 2048
for target in document request form mark; do
    mkdir -p "found/$target"
    # No sanitizer: the house has no unsafe code.
    cargo +nightly fuzz run --sanitizer none "$target" "found/$target" "corpus/$target" -- \
        -max_total_time="${1:-60}" -max_len=20000 -timeout=1 -rss_limit_mb=2048
done
