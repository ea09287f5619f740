#!/bin/sh
# Puts the pinned Bun into .tools/ and the pinned packages into node_modules/. Needs Node with npm, and nothing global.
# Safe to run twice at once and free when nothing is to be done.
set -eu
cd "$(dirname "$0")/../.."
version=1.4.5
bun=.tools/node_modules/.bin/bun
if ! "$bun" --version 2>/dev/null | grep -qx "$version"; then
  command -v npm >/dev/null 2>&1 || { echo "dap: Node 20 or newer with npm is needed to fetch Bun $version" >&2; exit 1; }
  mkdir -p .tools
  cp ops/bootstrap/package.json ops/bootstrap/package-lock.json .tools/
  npm ci --prefix .tools --no-audit --no-fund --loglevel=error
  # An npm that refuses install scripts leaves a stub; its installer needs no network.
  "$bun" --version >/dev/null 2>&1 || (cd .tools/node_modules/bun && node install.js)
fi
"$bun" install --frozen-lockfile
