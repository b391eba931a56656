#!/usr/bin/env bash
# A throw-away Redis for tests: `redis.sh start` prints its URL, `url` prints it again, `stop` ends it. It keeps
# nothing and listens on the loopback address alone. It lies in $FABRICA_REDIS_DIR, or under target/redis of the
# checkout.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=${FABRICA_REDIS_DIR:-$checkout/target/redis}

# shellcheck source=scripts/shared.sh
. "$checkout/scripts/shared.sh"

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
    for attempt in 1 2 3; do
        port=$(free_port)
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
    fail "the server did not start (try $attempt): see $directory/server.log"
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
    need_package redis-server redis-server
    start
    ;;
stop) stop ;;
url) if is_running; then url; else fail 'not running: redis.sh start'; fi ;;
*) fail 'say start, stop or url' ;;
esac
