#!/bin/sh
# Image step 2: the packages production needs and nothing else. No install script runs.
set -eu
npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
# optional peers bring the compiler along although --omit=dev was said (60 MB)
rm -rf node_modules/typescript node_modules/@typescript node_modules/.bin
# texts for people and types for compilers are not read by a running program
find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \
  -o -iname 'changelog*' \) -delete
