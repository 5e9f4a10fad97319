#!/bin/sh
# Writes what differs between installations into $RUN_DIR/generated, makes a self-signed certificate when none is
# given, starts nginx there, and has it look again when the addresses of the API change (another container took over).
#   DOMAIN          name of the site
#   HTTPS_SUFFIX    what follows the name in its address: nothing, or a colon and the port
#   API_SERVERS     host:port …; a name stands for all its addresses
#   REAL_IP_FROM    addresses or networks of a load balancer in front, separated by spaces; empty: none
#   UPLOAD_MAX_BYTES, HTTP_LISTEN, HTTPS_LISTEN, RUN_DIR, SSL_DIR, WEB_DIR, ACME_DIR, NGINX_PROGRAM, MODULES_DIR
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
run=${RUN_DIR:-/run/nginx}
ssl=${SSL_DIR:-/etc/nginx/ssl}
nginx=${NGINX_PROGRAM:-nginx}
modules=${MODULES_DIR:-/usr/lib/nginx/modules}
domain=${DOMAIN:-localhost}
servers=${API_SERVERS:-api:8080}
upload=${UPLOAD_MAX_BYTES:-2147483648}
generated=$run/generated
mkdir -p "$generated"

# nginx takes relative paths of files it reads from the folder of its configuration: links bring both together
for file in "$here"/*.conf; do ln -sf "$file" "$run/"; done
ln -sfn "${WEB_DIR:-/usr/share/clinic/web}" "$run/web"
ln -sfn "${ACME_DIR:-/var/www/acme}" "$run/acme"
[ -e "$run/access.log" ] || ln -sf "${ACCESS_LOG:-/dev/stdout}" "$run/access.log"
ln -sf "${MIME_TYPES:-/etc/nginx/mime.types}" "$run/mime.types"

# ---- certificate
if [ -e "$ssl/cert.pem" ] || [ -e "$ssl/private.key" ]; then
  for file in cert.pem private.key; do
    if [ ! -r "$ssl/$file" ]; then
      echo "docker/ssl/$file is missing or cannot be read by user $(id -u); on the machine: chown $(id -u) docker/ssl/$file" >&2
      exit 78
    fi
  done
else
  echo "no certificate in docker/ssl: making a self-signed one for $domain, which browsers will warn of" >&2
  ssl=$run/self-signed
  [ -e "$ssl/cert.pem" ] || sh "$here/self-signed.sh" "$ssl" "$domain"
fi
cat >"$generated/certificate.conf" <<CONF
ssl_certificate $ssl/cert.pem;
ssl_certificate_key $ssl/private.key;
CONF

# ---- names and addresses
echo "listen ${HTTP_LISTEN:-8080} default_server;" >"$generated/listen-http.conf"
echo "listen ${HTTPS_LISTEN:-8443} ssl http2 default_server backlog=4096;" >"$generated/listen-https.conf"
{
  echo 'map $host $host_known {'
  echo '  default 0;'
  # each once: nginx refuses a name that stands there twice, and the site may be called localhost
  printf '  "%s" 1;\n' "$domain" localhost 127.0.0.1 | sort -u
  echo '}'
  echo "map '' \$https_suffix { default '${HTTPS_SUFFIX:-}'; }"
} >"$generated/hosts.conf"
{
  for from in ${REAL_IP_FROM:-}; do echo "set_real_ip_from $from;"; done
  if [ -n "${REAL_IP_FROM:-}" ]; then echo 'real_ip_header X-Forwarded-For;'; fi
} >"$generated/real-ip.conf"
# room for the form around the file
echo "client_max_body_size $((upload + 1048576));" >"$generated/upload.conf"

# ---- what needs a module of its own is used where the module is
TYPES='text/plain text/css text/csv application/javascript text/javascript application/json application/problem+json application/manifest+json image/svg+xml'
for file in modules brotli no-brotli no-server-name; do : >"$generated/$file.conf"; done
has() {
  [ -e "$modules/$1" ] && echo "load_module $modules/$1;" >>"$generated/modules.conf"
}
if has ngx_http_brotli_filter_module.so; then
  echo "brotli on; brotli_comp_level 5; brotli_min_length 1024; brotli_types $TYPES;" >"$generated/brotli.conf"
  echo 'brotli off;' >"$generated/no-brotli.conf"
fi
if has ngx_http_headers_more_filter_module.so; then
  echo 'more_clear_headers Server;' >"$generated/no-server-name.conf"
fi

# ---- the API's processes: a name may stand for several containers, which come and go. None is ever taken for dead: in a
# rolling restart the one that just came back would still count as dead when the next one goes, and requests would fail
# with one alive. A request that finds nobody is tried at the next, which costs a second at most.
upstream() {
  echo 'upstream api {'
  echo '  least_conn;'
  for server in $servers; do
    host=${server%:*}
    addresses=$(getent ahostsv4 "$host" | awk '$2 == "STREAM" { print $1 }' | sort -u)
    if [ -z "$addresses" ]; then echo "$host has no address" >&2 && return 1; fi
    for address in $addresses; do echo "  server $address:${server##*:} max_fails=0;"; done
  done
  echo '  keepalive 64;'
  # shorter than the 75 s of the API, or a request would meet a connection that just closed
  echo '  keepalive_timeout 60s;'
  echo '  keepalive_requests 100000;'
  echo '}'
}
upstream >"$generated/upstream.conf"

"$nginx" -e stderr -p "$run" -c "$run/nginx.conf" &
pid=$!
stop() { kill -QUIT "$pid" 2>/dev/null || true; }
trap stop TERM INT QUIT
trap 'kill -HUP "$pid"' HUP

while kill -0 "$pid" 2>/dev/null; do
  sleep "${LOOK_EVERY_S:-3}" &
  wait $! 2>/dev/null || true
  upstream >"$generated/upstream.new" 2>/dev/null || continue
  if ! cmp -s "$generated/upstream.new" "$generated/upstream.conf"; then
    mv "$generated/upstream.new" "$generated/upstream.conf"
    echo 'the addresses of the API changed, loading anew' >&2
    kill -HUP "$pid" 2>/dev/null || true
  fi
done
wait "$pid"
