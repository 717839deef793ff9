#!/bin/sh
# Creates the files to serve and their digests, then starts nginx.
set -eu
mkdir -p /srv/www
cd /srv/www
head -c 20000 /dev/urandom >small
head -c 1000000 /dev/urandom >large
head -c 104857600 /dev/urandom >download
for file in small large download; do
  sha256sum <"$file" | cut -c1-64 >"$file.sha256"
done
exec nginx -c /nginx.conf -g 'daemon off;'
