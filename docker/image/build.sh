#!/bin/sh
# Image step 1, in the build stage: every package, the compiled server and the staff page. Works in any folder that
# holds the sources; the production test runs it in an empty one.
set -eu
npm ci --no-audit --no-fund --loglevel=error
node node_modules/typescript/bin/tsc -p . --incremental false --sourceMap false
# data files lie beside the code that reads them; tests, measurements and the launcher stay out of the image
find shared workers api migrations -type f ! -name '*.ts' ! -name '*.tsx' ! -name '*.mjs' ! -path '*/testing/*' |
  while read -r file; do
    mkdir -p "dist/$(dirname "$file")"
    cp "$file" "dist/$file"
  done
rm -rf dist/bench dist/shared/testing
find dist -name '*.test.js' -delete -o -name 'testing.js' -delete
node node_modules/vite/bin/vite.js build web --logLevel warn
# what is in it, for whoever has to know of a fault in a package: /app/dist/sbom.cdx.json
node docker/tools/sbom.mjs dist/sbom.cdx.json
