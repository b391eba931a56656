# What the scripts beside it share; sourced, not run.

fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

# Prints a port that nobody listens on now, below those that the system gives to outgoing connections.
free_port() {
    local port attempt
    for attempt in {1..50}; do
        port=$((20000 + (RANDOM * 32768 + RANDOM + attempt) % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            printf '%s\n' "$port"
            return
        fi
    done
    fail 'no free port found'
}

# Installs Debian's package (the second) when the program (the first) is missing and we may.
need_package() {
    if command -v "$1" >/dev/null; then return; fi
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        # At run level 1 no service starts by itself.
        { apt-get update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2"; } \
            >&2 || fail "apt-get could not install the package $2"
    fi
    command -v "$1" >/dev/null || fail "no $1 found: install it (Debian: apt-get install $2)"
}
