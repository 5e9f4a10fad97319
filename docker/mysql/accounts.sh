#!/bin/sh
# Prints the SQL that makes the accounts. Passwords come from the address files of `secrets:generate`, so a password
# lies in one place. Run it again after a change of passwords:  sh accounts.sh | mariadb -u root -p
set -eu
dir=${SECRETS_DIR:-/run/secrets}

# the password in mysql://account:password@host/db
password() {
  found=$(sed -n 's#^[a-z]*://[^:]*:\([^@]*\)@.*#\1#p' "$dir/$1")
  case $found in
  *[!A-Za-z0-9_-]*) echo "$1: the password may hold letters, digits, - and _ only" >&2 && exit 78 ;;
  esac
  if [ ${#found} -lt 16 ]; then echo "$1: its password is shorter than 16 characters" >&2 && exit 78; fi
  printf %s "$found"
}

account() {
  secret=$(password "$2")
  cat <<SQL
CREATE USER IF NOT EXISTS '$1'@'%' IDENTIFIED BY '$secret' WITH MAX_USER_CONNECTIONS $3;
ALTER USER '$1'@'%' IDENTIFIED BY '$secret' WITH MAX_USER_CONNECTIONS $3;
SQL
}

echo 'CREATE DATABASE IF NOT EXISTS `clinic` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;'
account clinic_api database_url_api 150
account clinic_worker database_url_worker 40
account clinic_migrate database_url_migrate 5
account clinic_backup database_url_backup 5
account clinic_metrics database_url_metrics 3
