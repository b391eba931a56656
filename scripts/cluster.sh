#!/usr/bin/env bash
# Fabrica as it runs in production, on this machine: three servers behind HAProxy, PostgreSQL, Redis, and ECPay's
# simulator as a process of its own. All of it listens on loopback ports that were free, and keeps what it has under
# target/cluster, or $FABRICA_CLUSTER_DIR.
#
#   cluster.sh up [NAME=value …]   starts it with these settings besides the usual ones, and prints its URL
#   cluster.sh down                ends everything and removes its files
#   cluster.sh status              tells what runs, and how the proxy sees the servers
#   cluster.sh url | database      prints the address of the shop, or of its database
#   cluster.sh kill 1|2|3          SIGKILL: no word of farewell
#   cluster.sh stop 1|2|3          SIGTERM, and waits until it is gone
#   cluster.sh start 1|2|3         starts it again, and waits until the proxy sends it requests
#   cluster.sh restart postgres|redis   as a crash: what was not on the disk is gone
#
# $FABRICA_PROGRAM is the program; without it, target/debug/fabrica is built.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=${FABRICA_CLUSTER_DIR:-$checkout/target/cluster}
program=${FABRICA_PROGRAM:-$checkout/target/debug/fabrica}
replicas='1 2 3'

# shellcheck source=scripts/shared.sh
. "$checkout/scripts/shared.sh"

port_of() { cat "$directory/$1.port"; }

# Whether the process of this name lives. One that ended and was not waited for does not.
lives() {
    local state
    [ -f "$directory/$1.pid" ] || return 1
    state=$(ps -o stat= -p "$(cat "$directory/$1.pid")" 2>/dev/null) || return 1
    case $state in '' | Z*) return 1 ;; esac
}

signal() {
    if lives "$2"; then kill "-$1" "$(cat "$directory/$2.pid")"; fi
}

# Waits until the command succeeds; half a minute at most.
until_true() {
    local what=$1 attempt
    shift
    for attempt in {1..600}; do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.05
    done
    fail "in vain: $what (see the logs in $directory; try $attempt)"
}

is_gone() { ! lives "$1"; }

# What answers to a GET of this path at this port; fails unless it is a 200.
get() {
    local status answer
    { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
    answer=$(timeout 5 cat <&3 | tr -d '\r') || return 1
    exec 3>&-
    status=${answer%%$'\n'*}
    printf '%s\n' "${answer#*$'\n\n'}"
    case $status in *' 200 '*) ;; *) return 1 ;; esac
}

# How the proxy sees the servers: name and state, a line each.
seen_by_proxy() {
    get "$(port_of statistics)" '/;csv' | awk -F, '$1 == "servers" && $2 ~ /^server/ { print $2, $18 }'
}

# Whether a server answers, and the proxy knows it: what the proxy saw last may be older than the process.
is_served() { get "$(port_of "server$1")" /health/ready >/dev/null && seen_by_proxy | grep -q "^server$1 UP$"; }

# PostgreSQL's place: where its user may go.
postgres_directory() {
    if [ "$(id -u)" -eq 0 ] && ! (cd / && runuser -u postgres -- test -x "$directory") 2>/dev/null; then
        printf '/tmp/fabrica-cluster-%s\n' "$(printf '%s' "$directory" | cksum | cut -d ' ' -f 1)"
    else
        printf '%s/postgres\n' "$directory"
    fi
}

postgres() { FABRICA_PG_SAFE=on FABRICA_PG_DIR=$(postgres_directory) "$checkout/scripts/postgres.sh" "$@"; }

start_redis() {
    # Nothing is kept: Redis never holds the only copy of anything.
    redis-server --port "$(port_of redis)" --bind 127.0.0.1 --save '' --appendonly no --dir "$directory" \
        --daemonize yes --pidfile "$directory/redis.pid" --logfile "$directory/redis.log" >/dev/null 2>&1
    until_true 'Redis answers' redis-cli -p "$(port_of redis)" ping
}

# Becomes the program, with the cluster's settings, as what the first word says.
become() {
    set -a
    # shellcheck source=/dev/null
    . "$directory/settings"
    set +a
    exec env -u FABRICA_CLUSTER_DIR -u FABRICA_PROGRAM FABRICA_DATA_DIR="$directory/$1" \
        FABRICA_LISTEN="127.0.0.1:$(port_of "$1")" setsid "$program" "$2"
}

launch() {
    mkdir -p "$directory/$1"
    (become "$1" "$2") >>"$directory/$1.log" 2>&1 </dev/null &
    printf '%s\n' $! >"$directory/$1.pid"
}

start_server() {
    local name=server$1 attempt
    if lives "$name"; then return; fi
    launch "$name" serve
    for attempt in {1..600}; do
        if is_served "$1"; then return; fi
        if ! lives "$name"; then
            tail -n 5 "$directory/$name.log" >&2
            fail "$name ended by itself (see $directory/$name.log; look $attempt)"
        fi
        sleep 0.05
    done
    fail "the proxy does not see $name (see $directory/$name.log)"
}

write_settings() {
    local key setting
    key=$(openssl genpkey -algorithm ed25519 -outform DER | base64 -w 0)
    {
        printf '%s\n' "FABRICA_PUBLIC_URL=http://127.0.0.1:$(port_of proxy)"
        printf '%s\n' "DATABASE_URL=$(postgres url | sed 's|/postgres$|/fabrica|')"
        printf '%s\n' "REDIS_URL=redis://127.0.0.1:$(port_of redis)" 'ECPAY_ENV=simulator' \
            'FABRICA_TRUSTED_PROXIES=1' 'FABRICA_REPLICAS=3' 'FABRICA_DRAIN_SECONDS=2' \
            'FABRICA_SELLER_NAME=Fabrica' "FABRICA_SECRET=$(openssl rand -base64 48)" \
            "FABRICA_SIGNING_KEY=$key"
        for setting in "$@"; do printf '%s=%q\n' "${setting%%=*}" "${setting#*=}"; done
    } >"$directory/settings"
    chmod 600 "$directory/settings"
}

# Where the proxy finds everybody (deploy/haproxy.cfg).
start_proxy() {
    local name
    (
        for name in server1 server2 server3 simulator; do
            export "PROXY_${name^^}=127.0.0.1:$(port_of "$name")"
        done
        export PROXY_LISTEN="127.0.0.1:$(port_of proxy)" PROXY_STATISTICS="127.0.0.1:$(port_of statistics)"
        exec setsid haproxy -f "$checkout/deploy/haproxy.cfg"
    ) >>"$directory/proxy.log" 2>&1 </dev/null &
    printf '%s\n' $! >"$directory/proxy.pid"
    until_true 'the proxy answers' seen_by_proxy
}

up() {
    local name url
    if [ -f "$directory/settings" ]; then
        if lives proxy; then
            url=http://127.0.0.1:$(port_of proxy)
            printf '%s\n' "$url"
            return
        fi
        down
    fi
    need_package haproxy haproxy
    need_package redis-server redis-server
    need_package openssl openssl
    if [ -z "${FABRICA_PROGRAM:-}" ]; then (cd "$checkout" && cargo build --bin fabrica >&2); fi
    ulimit -n "$(ulimit -H -n)"
    mkdir -p "$directory"
    for name in proxy statistics redis simulator server1 server2 server3; do free_port >"$directory/$name.port"; done
    postgres start >/dev/null
    write_settings "$@"
    start_redis
    start_proxy
    # The mails of all go into one folder.
    mkdir -p "$directory/mail"
    for name in server1 server2 server3; do
        mkdir -p "$directory/$name"
        ln -sfn ../mail "$directory/$name/mail"
    done
    postgres create fabrica
    (become server1 seed) >>"$directory/seed.log" 2>&1 || fail "the seed failed (see $directory/seed.log)"
    launch simulator simulator
    for name in $replicas; do launch "server$name" serve; done
    for name in $replicas; do until_true "the proxy sees server$name" is_served "$name"; done
    printf 'http://127.0.0.1:%s\n' "$(port_of proxy)"
}

down() {
    local name
    for name in server1 server2 server3 simulator proxy redis; do signal KILL "$name"; done
    for name in server1 server2 server3 simulator proxy redis; do until_true "$name ends" is_gone "$name"; done
    postgres stop
    # Only what up made is removed, whatever else FABRICA_CLUSTER_DIR may hold.
    for name in server1 server2 server3 simulator proxy statistics redis seed; do
        rm -rf "${directory:?}/$name" "$directory/$name".{port,pid,log}
    done
    rm -rf "$directory/settings" "$directory/mail"
    rmdir "$directory" 2>/dev/null || true
}

status() {
    local name
    [ -f "$directory/settings" ] || fail 'not up: cluster.sh up'
    for name in proxy simulator redis server1 server2 server3; do
        printf '%-10s 127.0.0.1:%s %s\n' "$name" "$(port_of "$name")" "$(lives "$name" && echo runs || echo 'is down')"
    done
    printf '%-10s %s\n' postgres "$(postgres url)"
    seen_by_proxy | sed 's/^/the proxy sees /'
}

server_number() {
    case " $replicas " in *" ${1:-} "*) ;; *) fail "say which server: $replicas" ;; esac
}

case ${1:-} in
up) shift && up "$@" ;;
down) down ;;
status) status ;;
url) printf 'http://127.0.0.1:%s\n' "$(port_of proxy)" ;;
database) postgres url | sed 's|/postgres$|/fabrica|' ;;
kill)
    server_number "${2:-}"
    signal KILL "server$2"
    until_true "server$2 is gone" is_gone "server$2"
    ;;
stop)
    server_number "${2:-}"
    signal TERM "server$2"
    until_true "server$2 is gone" is_gone "server$2"
    ;;
start)
    server_number "${2:-}"
    ulimit -n "$(ulimit -H -n)"
    start_server "$2"
    ;;
restart)
    case ${2:-} in
    postgres) postgres crash ;;
    redis)
        signal KILL redis
        until_true 'Redis is gone' is_gone redis
        start_redis
        ;;
    *) fail 'say restart postgres or restart redis' ;;
    esac
    ;;
*) fail 'say up, down, status, url, database, kill, stop, start or restart' ;;
esac
