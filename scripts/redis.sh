#!/usr/bin/env bash
# A throw-away Redis for tests: `redis.sh start` prints its URL, `url` prints it again, `stop` ends it. It keeps
# nothing and listens on the loopback address alone. It lies in $FABRICA_REDIS_DIR, or under target/redis of the
# checkout.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=${FABRICA_REDIS_DIR:-$checkout/target/redis}

fail() {
    printf 'redis.sh: %s\n' "$1" >&2
    exit 1
}

need_server() {
    command -v redis-server >/dev/null && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        # The package's own server is not wanted; where there is an init that would start it, it is told not to.
        {
            apt-get update && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
                apt-get install -y --no-install-recommends redis-server
        } >&2 || fail 'apt-get could not install the package redis-server'
    fi
    command -v redis-server >/dev/null || fail 'no redis-server found: install Redis 7 or later (Debian: apt-get install redis-server)'
}

lives() {
    [ -f "$directory/pid" ] && kill -0 "$(cat "$directory/pid")" 2>/dev/null
}

is_running() {
    [ -f "$directory/port" ] && lives
}

url() {
    printf 'redis://127.0.0.1:%s/\n' "$(cat "$directory/port")"
}

start() {
    local attempt port
    if is_running; then
        url
        return
    fi
    mkdir -p "$directory"
    for attempt in {1..20}; do
        port=$((20000 + (RANDOM * 32768 + RANDOM + attempt) % 12000))
        rm -f "$directory/pid"
        redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --daemonize yes \
            --dir "$directory" --pidfile "$directory/pid" --logfile "$directory/server.log" >/dev/null
        for _ in {1..50}; do
            if redis-cli -p "$port" ping 2>/dev/null | grep -q PONG && lives; then
                printf '%s\n' "$port" >"$directory/port"
                url
                return
            fi
            # A port that is taken ends the server at once.
            grep -q 'Address already in use' "$directory/server.log" && break
            sleep 0.1
        done
    done
    fail "the server did not start: see $directory/server.log"
}

stop() {
    if is_running; then
        kill "$(cat "$directory/pid")" 2>/dev/null || true
    fi
    rm -rf "$directory/port" "$directory/pid" "$directory/server.log"
    rmdir "$directory" 2>/dev/null || true
}

case ${1:-} in
start)
    need_server
    start
    ;;
stop) stop ;;
url) if is_running; then url; else fail 'not running: redis.sh start'; fi ;;
*) fail 'say start, stop or url' ;;
esac
