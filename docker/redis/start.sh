#!/bin/sh
# Starts Redis with one of the two configurations and the password of its address file, which is written into a
# memory-backed /tmp and never on a command line. Arguments: jobs | cache, further configuration lines.
set -eu
umask 077
kind=$1
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
file=${REDIS_URL_FILE:-/run/secrets/redis_url}
password=$(sed -n 's#^rediss\{0,1\}://[^:]*:\([^@]*\)@.*#\1#p' "$file")
if [ ${#password} -lt 16 ]; then
  echo "$file: its password is shorter than 16 characters; make one with secrets:generate" >&2
  exit 78
fi
config=${TMPDIR:-/tmp}/redis-$kind.conf
{
  cat "$here/$kind.conf"
  echo "requirepass $password"
  for line in "$@"; do echo "$line"; done
} >"$config"
exec "${REDIS_SERVER:-redis-server}" "$config"
