#!/bin/sh
# Brings a version into service without a pause, or takes it back:   sh docker/tools/deploy.sh 1.3.0
# Schema first (steps only add, so the old version goes on), then a second API process beside the old one; only when it
# is healthy and the proxy knows it does the old one go. If it does not become healthy, it is removed and all stays.
set -eu
cd "$(dirname "$0")/../.."
version=${1:?usage: deploy.sh VERSION}
case $version in
*[!A-Za-z0-9._-]*) echo 'a version holds letters, digits, dots, - and _ only' >&2 && exit 2 ;;
esac
export VERSION="$version"
env_file=${ENV_FILE:-.env}
healthy_within_s=${HEALTHY_WITHIN_S:-120}
# the proxy looks for new addresses every 3 s
known_after_s=${KNOWN_AFTER_S:-7}
if command -v docker-compose >/dev/null; then
  compose() { docker-compose -f docker-compose.prod.yml "$@"; }
else
  compose() { docker compose -f docker-compose.prod.yml "$@"; }
fi

compose run --rm --no-deps migrate

old=$(compose ps -q api)
count=$(echo "$old" | grep -c . || true)
compose up -d --no-deps --no-recreate --scale "api=$((count * 2))" api
new=$(compose ps -q api | grep -vxF "$old")

waited=0
for container in $new; do
  until [ "$(docker inspect -f '{{.State.Health.Status}}' "$container")" = healthy ]; do
    if [ "$waited" -ge "$healthy_within_s" ]; then
      echo "version $version did not become healthy; its last lines:" >&2
      docker logs --tail 20 "$container" >&2 || true
      for each in $new; do docker rm -f "$each" >/dev/null; done
      exit 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
done

sleep "$known_after_s"
for container in $old; do
  docker stop -t 30 "$container" >/dev/null
  docker rm "$container" >/dev/null
done
# a worker hands its jobs back and the next one goes on from the last chunk; the proxy is replaced only if it changed
compose up -d --no-deps worker
compose up -d --no-deps nginx

if grep -q '^VERSION=' "$env_file" 2>/dev/null; then
  sed "s/^VERSION=.*/VERSION=$version/" "$env_file" >"$env_file.new"
  cat "$env_file.new" >"$env_file"
  rm "$env_file.new"
else
  echo "VERSION=$version" >>"$env_file"
fi
echo "version $version is in service"
