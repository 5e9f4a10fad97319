#!/bin/sh
# Health check: answers, and is not still loading its file.
file=${REDIS_URL_FILE:-/run/secrets/redis_url}
REDISCLI_AUTH=$(sed -n 's#^rediss\{0,1\}://[^:]*:\([^@]*\)@.*#\1#p' "$file") \
  redis-cli -p "${REDIS_PORT:-6379}" ping 2>/dev/null | grep -q PONG
