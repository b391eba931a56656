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

# Installs Debian's packages. One at a time on this machine: tests may want some at once, and others may be at it too.
install_packages() {
    local attempt
    exec 9>/tmp/fabrica-packages.lock
    if command -v flock >/dev/null; then flock 9; fi
    for attempt in {1..5}; do
        # At run level 1 no service starts by itself.
        if { apt-get update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
            install -y --no-install-recommends "$@"; } >&2; then
            break
        fi
        [ "$attempt" -lt 5 ] || fail "apt-get could not install $*"
        sleep 3
    done
    exec 9>&-
}

# Whether we may install packages.
may_install() {
    [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null
}

# Installs Debian's package (the second) when the program (the first) is missing and we may.
need_package() {
    if ! command -v "$1" >/dev/null && may_install; then install_packages "$2"; fi
    command -v "$1" >/dev/null || fail "no $1 found: install it (Debian: apt-get install $2)"
}
