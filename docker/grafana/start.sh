#!/bin/sh
# Grafana never starts with its default password: GRAFANA_PASSWORD must be set, and not be short.
set -eu
case ${GRAFANA_PASSWORD:-} in
admin* | changeme* | change-me* | password* | secret* | grafana* | '') weak=yes ;;
*) if [ ${#GRAFANA_PASSWORD} -lt 12 ]; then weak=yes; fi ;;
esac
if [ "${weak:-}" = yes ]; then
  echo 'GRAFANA_PASSWORD: not set, shorter than 12 characters or a default one (see .env.prod)' >&2
  exit 78
fi
export GF_SECURITY_ADMIN_PASSWORD="$GRAFANA_PASSWORD"
exec "${GRAFANA_RUN:-/run.sh}"
