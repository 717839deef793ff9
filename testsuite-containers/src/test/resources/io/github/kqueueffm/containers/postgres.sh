#!/bin/sh
# An empty database cluster whose one user has a password, then the server. For the official image and for Debian's packages,
# which keep the programs off the PATH.
set -eu
programs=$(dirname "$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb)")
install -d -o postgres -g postgres /tmp/database

as_postgres() {
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
}

echo 'secret' >/tmp/password
(as_postgres "$programs/initdb" -D /tmp/database/data -U tester --pwfile=/tmp/password --auth=scram-sha-256 \
  --encoding=UTF8 --no-locale --no-sync)
echo 'host all all all scram-sha-256' >>/tmp/database/data/pg_hba.conf
as_postgres "$programs/postgres" -D /tmp/database/data -c fsync=off -c listen_addresses='*' \
  -c unix_socket_directories=/tmp/database
