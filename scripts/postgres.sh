#!/usr/bin/env bash
# A throw-away PostgreSQL for tests: `postgres.sh start` prints its URL, `url` prints it again, `create NAME` makes a
# database, `crash` ends it as a crash would and starts it again on the same port, `halt` ends it at once and keeps
# its data for the next `start` on the same port, `standby URL` makes a streaming standby of another one and prints
# its own URL, `stop` ends it and removes its data. The cluster lies in $FABRICA_PG_DIR, or under target/postgres of
# the checkout. It keeps nothing safe on purpose (trust authentication; no fsync, unless FABRICA_PG_SAFE=on) and
# listens on the loopback address alone.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# shellcheck source=scripts/shared.sh
. "$checkout/scripts/shared.sh"

# PostgreSQL refuses to run as root, so root hands each of its commands to the user that the package makes.
as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# Prints the directory of the programs of the newest PostgreSQL; nothing when there is none.
binaries() {
    local candidate
    if candidate=$(command -v initdb) && [ -x "$(dirname "$candidate")/pg_ctl" ]; then
        dirname "$candidate"
        return
    fi
    if command -v pg_config >/dev/null && [ -x "$(pg_config --bindir)/initdb" ]; then
        pg_config --bindir
        return
    fi
    find /usr/lib/postgresql /usr/local/pgsql /opt/homebrew/opt -maxdepth 3 -path '*/bin/initdb' 2>/dev/null |
        sort -V | tail -n 1 | sed 's|/initdb$||' || true
}

# Prints that directory, after installing the package when it is missing and we may.
need_binaries() {
    local found
    found=$(binaries)
    if [ -z "$found" ] && may_install; then
        # The package would otherwise start a cluster of its own.
        mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/fabrica.conf
        install_packages postgresql
        found=$(binaries)
    fi
    [ -n "$found" ] || fail 'no initdb found: install PostgreSQL 15 or later (Debian: apt-get install postgresql)'
    printf '%s\n' "$found"
}

# Prints where the cluster lies. The user postgres may not be let into root's checkout; then it is under /tmp,
# under a name that is the checkout's own.
cluster() {
    local wanted=${FABRICA_PG_DIR:-$checkout/target/postgres} parent
    case $wanted in /*) ;; *) wanted=$PWD/$wanted ;; esac
    if [ "$(id -u)" -eq 0 ] && [ -z "${FABRICA_PG_DIR:-}" ]; then
        parent=$checkout
        if [ -d "$checkout/target" ]; then parent=$checkout/target; fi
        if ! as_owner test -x "$parent"; then
            wanted=/tmp/fabrica-postgres-$(printf '%s' "$checkout" | cksum | cut -d ' ' -f 1)
        fi
    fi
    printf '%s\n' "$wanted"
}

is_running() {
    [ -f "$directory/port" ] && as_owner "$bin/pg_ctl" -D "$directory/data" status >/dev/null 2>&1
}

url() {
    printf 'postgres://postgres@127.0.0.1:%s/postgres\n' "$(cat "$directory/port")"
}

create_cluster() {
    mkdir -p "$directory"
    if [ "$(id -u)" -eq 0 ]; then chown postgres "$directory"; fi
    as_owner "$bin/initdb" -D "$directory/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
        >"$directory/initdb.log" 2>&1 || fail "initdb failed: see $directory/initdb.log"
    as_owner tee -a "$directory/data/postgresql.conf" >/dev/null <<SETTINGS
listen_addresses = '127.0.0.1'
max_connections = 200
SETTINGS
    if [ "${FABRICA_PG_SAFE:-off}" = on ]; then return; fi
    as_owner tee -a "$directory/data/postgresql.conf" >/dev/null <<SETTINGS
fsync = off
synchronous_commit = off
full_page_writes = off
SETTINGS
}

start() {
    local attempt port sockets=$directory known=
    if is_running; then
        url
        return
    fi
    [ -f "$directory/data/postgresql.conf" ] || create_cluster
    # A Unix socket's path has about a hundred characters; tests use TCP and miss nothing without it.
    if [ "${#directory}" -gt 80 ]; then sockets=; fi
    # Whoever was connected before looks for it where it was.
    if [ -f "$directory/port" ]; then known=$(cat "$directory/port"); fi
    for attempt in 1 2 3; do
        port=${known:-$(free_port)}
        known=
        if as_owner "$bin/pg_ctl" -D "$directory/data" -l "$directory/server.log" -w -t 60 \
            -o "-p $port -c unix_socket_directories='$sockets'" start >/dev/null 2>&1; then
            printf '%s\n' "$port" >"$directory/port"
            url
            return
        fi
        printf 'postgres.sh: try %s on port %s failed\n' "$attempt" "$port" >&2
    done
    fail "the server did not start: see $directory/server.log"
}

standby() {
    local programs
    # Where initdb is linked to; a machine may link no more than the server's programs.
    programs=$(dirname "$(readlink -f "$bin/initdb")")
    mkdir -p "$directory"
    if [ "$(id -u)" -eq 0 ]; then chown postgres "$directory"; fi
    as_owner "$programs/pg_basebackup" -d "$1" -D "$directory/data" -R -X stream --checkpoint=fast --no-sync \
        >"$directory/initdb.log" 2>&1 || fail "pg_basebackup failed: see $directory/initdb.log"
    start
}

create() {
    is_running || fail 'not running: postgres.sh start'
    local createdb=$bin/createdb
    # The programs of the server may be links beside nothing else.
    [ -x "$createdb" ] || createdb=createdb
    as_owner "$createdb" -h 127.0.0.1 -p "$(cat "$directory/port")" -U postgres "$1"
}

# The same port and options as before: pg_ctl remembers them.
crash() {
    is_running || fail 'not running: postgres.sh start'
    as_owner "$bin/pg_ctl" -D "$directory/data" -l "$directory/server.log" -m immediate -w -t 60 restart >/dev/null 2>&1 ||
        fail "the server did not start again: see $directory/server.log"
}

halt() {
    if is_running; then
        as_owner "$bin/pg_ctl" -D "$directory/data" -m immediate -w stop >/dev/null
    fi
}

stop() {
    halt
    # Only what start made is removed, whatever else FABRICA_PG_DIR may hold.
    rm -rf "$directory/data" "$directory/port" "$directory/initdb.log" "$directory/server.log"
    rmdir "$directory" 2>/dev/null || true
}

case ${1:-} in
start | halt | stop | url | crash) ;;
create) [ -n "${2:-}" ] || fail 'say which database: create NAME' ;;
standby) [ -n "${2:-}" ] || fail 'say of which URL' ;;
*) fail 'say start, halt, stop, url, crash, create NAME or standby URL' ;;
esac
if [ "$1" = start ] || [ "$1" = standby ]; then bin=$(need_binaries); else bin=$(binaries); fi
directory=$(cluster)
case $1 in
start) start ;;
standby) standby "$2" ;;
halt) halt ;;
stop) stop ;;
create) create "$2" ;;
crash) crash ;;
url) if is_running; then url; else fail 'not running: postgres.sh start'; fi ;;
esac
