#!/bin/sh
# Puts the pinned Bun into .tools/ and the pinned packages into node_modules/. Needs Node with npm, and nothing global.
# Safe to run twice at once, silent and fast when nothing is to be done. When it cannot go on, one line says what to do.
set -eu
cd "$(dirname "$0")/../.."
version=1.4.5
bun=.tools/node_modules/.bin/bun
stop() { echo "dap: $1" >&2; exit 1; }

mkdir -p .tools 2>/dev/null && (: >>.tools/lock) 2>/dev/null ||
  stop "$(pwd) cannot be written by this user. Clone dap into a folder of your own"
# Two starts at once in one clone take turns, where the machine can do that.
if command -v flock >/dev/null 2>&1; then exec 9>.tools/lock; flock 9; fi

if ! "$bun" --version 2>/dev/null | grep -qx "$version"; then
  command -v node >/dev/null 2>&1 || stop "Node is missing. Install Node 20 or newer with npm, then try again"
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] 2>/dev/null || stop "Node $(node --version) is too old. Install Node 20 or newer with npm, then try again"
  command -v npm >/dev/null 2>&1 || stop "npm is missing. Install it beside Node (Debian: apt-get install npm), then try again"
  echo "dap: fetching Bun $version and the packages (only once) ..."
  cp ops/bootstrap/package.json ops/bootstrap/package-lock.json .tools/
  npm ci --prefix .tools --no-audit --no-fund --no-update-notifier --loglevel=error >.tools/npm.log 2>&1 ||
    stop "Bun could not be fetched: $(grep -m 1 -i error .tools/npm.log || echo 'npm failed'). Is the npm registry reachable? (all of it: .tools/npm.log)"
  # An npm that refuses install scripts leaves a stub; its installer needs no network.
  "$bun" --version >/dev/null 2>&1 || (cd .tools/node_modules/bun && node install.js)
fi
"$bun" install --frozen-lockfile --no-progress --no-summary >.tools/install.log 2>&1 ||
  stop "the packages could not be installed: $(grep -m 1 -i error .tools/install.log || echo 'bun install failed') (all of it: .tools/install.log)"
