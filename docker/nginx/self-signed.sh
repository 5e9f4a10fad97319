#!/bin/sh
# Makes cert.pem and private.key for a name in a folder, good for 90 days. Nothing that exists is replaced.
#   sh docker/nginx/self-signed.sh docker/ssl clinic.example
set -eu
dir=$1
name=${2:-localhost}
mkdir -p "$dir"
if [ -e "$dir/cert.pem" ] || [ -e "$dir/private.key" ]; then
  echo "$dir holds a certificate already, nothing was made" >&2
  exit 1
fi
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 \
  -subj "/CN=$name" -addext "subjectAltName=DNS:$name,DNS:localhost,IP:127.0.0.1" \
  -keyout "$dir/private.key" -out "$dir/cert.pem" 2>/dev/null
chmod 644 "$dir/cert.pem"
